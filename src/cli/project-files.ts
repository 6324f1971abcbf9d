/** The files of a project that `fic-dev init` writes: config, `.gitignore`, and `.env` when that was asked for. */

import { existsSync, realpathSync, statSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { FicDevError, messageOf } from '../errors.ts'
import { replaceFile } from '../replace-file.ts'
import type { Plan } from './init-plan.ts'

const fileName = 'fic-dev.config.ts'

/** A file that is there is put aside under another name, which is given as `aside`. */
export async function writeConfigFile(
  cwd: string,
  plan: Plan,
  existing: string | null,
): Promise<{ file: string; aside: string | null }> {
  const aside = existing === null ? null : `${existing}.old`
  if (existing !== null && aside !== null) await rename(path.join(cwd, existing), path.join(cwd, aside))
  const isInstalled = existsSync(path.join(cwd, 'node_modules', 'fic-dev'))
  await write(path.join(cwd, fileName), toConfigText(plan, isInstalled))
  return { file: fileName, aside }
}

/** The import gives an editor the types, and fails where the package is not installed. */
function toConfigText(plan: Plan, isInstalled: boolean): string {
  const { emulator, company, forwardTo, types, tunnel } = plan
  const entries = [
    ...(forwardTo === null
      ? []
      : [['Your app: notifications are handed to it.', `forwardTo: ${quote(forwardTo)}`]]),
    ...(emulator
      ? [
          [
            "Fatture in Cloud's side runs in the same process. For the real one: take this out, name your company, and set FIC_ACCESS_TOKEN.",
            'emulator: true',
          ],
        ]
      : []),
    ...(company === null ? [] : [['The company whose resources are watched.', `company: ${company}`]]),
    ...(types.length === 0
      ? []
      : [['Event types to subscribe to; all of them when left out.', `types: ${list(types)}`]]),
    ...(tunnel.length === 0
      ? []
      : [['How the internet reaches the sink, in the order of trying.', `tunnel: ${list(tunnel)}`]]),
  ]
  const body = entries.map(([comment, entry]) => `  // ${comment}\n  ${entry},\n`).join('')
  const head =
    '// The settings of fic-dev for this project; fic-dev --help lists all of them. The token never stands here.\n'
  return isInstalled
    ? `${head}import { defineConfig } from 'fic-dev'\n\nexport default defineConfig({\n${body}})\n`
    : `${head}export default {\n${body}}\n`
}

function list(words: readonly string[]): string {
  return `[${words.map(quote).join(', ')}]`
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}

/** Gives whether something had to be added. */
export async function addIgnored(cwd: string, entries: readonly string[]): Promise<boolean> {
  const file = path.join(cwd, '.gitignore')
  const text = (await readIfThere(file)) ?? ''
  const known = new Set(text.split(/\r?\n/).map(plain))
  const missing = entries.filter((entry) => !known.has(plain(entry)))
  if (missing.length === 0) return false
  await write(file, `${withLineEnd(text)}${missing.join('\n')}\n`)
  return true
}

/** `/.env` and `.env/` ignore what `.env` does. */
function plain(entry: string): string {
  return entry.trim().replaceAll(/^\/|\/$/g, '')
}

/** Adds the token to `.env`, or takes the place of the one that is there. */
export async function saveToken(cwd: string, token: string): Promise<void> {
  const file = path.join(cwd, '.env')
  const text = (await readIfThere(file)) ?? ''
  const line = `FIC_ACCESS_TOKEN=${token}`
  const kept = text.split(/(?<=\n)/).filter((one) => !/^\s*(?:export\s+)?FIC_ACCESS_TOKEN\s*=/.test(one))
  await write(file, `${withLineEnd(kept.join(''))}${quoteForEnv(line, token)}\n`, 0o600)
}

/** Where the token has a sign that means something in such a file. */
function quoteForEnv(line: string, token: string): string {
  if (parseEnv(line)['FIC_ACCESS_TOKEN'] === token) return line
  const mark = ["'", '"', '`'].find((one) => !token.includes(one)) ?? "'"
  return `FIC_ACCESS_TOKEN=${mark}${token}${mark}`
}

function withLineEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

async function readIfThere(file: string): Promise<string | null> {
  return existsSync(file) ? readFile(file, 'utf8') : null
}

/** A file that is there keeps its mode, and a link to one stays a link. */
async function write(file: string, text: string, mode = 0o666 & ~process.umask()): Promise<void> {
  try {
    const isThere = existsSync(file)
    replaceFile(isThere ? realpathSync(file) : file, text, isThere ? statSync(file).mode & 0o777 : mode)
  } catch (error) {
    throw new FicDevError('USAGE', `${file} cannot be written: ${messageOf(error)}.`, {
      hint: 'Check the permissions of the folder, or run init elsewhere.',
      cause: error,
    })
  }
}
