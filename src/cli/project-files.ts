/** The files of a project that `fic-dev init` and `fic-dev env` write: config, `.gitignore`, and files of variables. */

import { existsSync, realpathSync, statSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { isDeepStrictEqual, parseEnv } from 'node:util'
import { FicDevError, messageOf } from '../errors.ts'
import { replaceFile } from '../replace-file.ts'
import { encodingOf, notTextHint } from '../text-file.ts'
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

/**
 * Adds lines to `.gitignore`. Returns whether something had to be added.
 * @throws FicDevError USAGE if it can't be edited
 */
export async function addIgnored(cwd: string, entries: readonly string[]): Promise<boolean> {
  const file = path.join(cwd, '.gitignore')
  const bytes = await readIfThere(file)
  const known = new Set(toLines(bytes).map(plain))
  const missing = entries.filter((entry) => !known.has(plain(entry)))
  if (missing.length === 0) return false
  demandAscii(file, bytes, `add ${missing.join(' and ')} to it by hand`)
  await write(file, Buffer.from(addLines(bytes, missing), 'latin1'))
  return true
}

/** `/.env` and `.env/` ignore what `.env` does. */
function plain(entry: string): string {
  return entry.trim().replaceAll(/^\/|\/$/g, '')
}

/** An assignment: the value in quotes, which may have several lines, or to the end of its line. */
const assignment =
  /^([^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*=)[^\S\n]*(?:"[^"]*"|'[^']*'|`[^`]*`|[^\r\n]*)/gm

/**
 * Puts the token into `.env`.
 * @throws FicDevError USAGE if the file can't be edited
 */
export async function saveToken(cwd: string, token: string): Promise<void> {
  await saveVariables(cwd, '.env', { [tokenName]: token })
}

/**
 * Sets variables in a file: in the assignments that are there, or on lines of their own. All other bytes stay.
 * @throws FicDevError USAGE if the file can't be edited
 */
export async function saveVariables(
  cwd: string,
  name: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const file = path.resolve(cwd, name)
  const byHand = `add ${Object.keys(variables).join(', ')} to it by hand`
  const bytes = await readIfThere(file)
  demandAscii(file, bytes, byHand)
  const [before, mark] = splitMark(bytes)
  const after = Object.entries(variables).reduce(setVariable, before)
  if (!isDeepStrictEqual(parseEnv(after), { ...parseEnv(before), ...variables })) {
    throw new FicDevError(
      'USAGE',
      `${file} can't be edited without a change of its other variables; ${byHand}.`,
      {
        hint: 'Is a quote in it not closed?',
      },
    )
  }
  await write(file, Buffer.from(mark + after, 'latin1'), 0o600)
}

function setVariable(before: Bytes, [name, value]: [string, string]): Bytes {
  const replaced = before.replaceAll(assignment, (all: string, start: string, found: string) =>
    found === name ? start + quoteForEnv(value) : all,
  )
  const isThere = parseEnv(replaced)[name] === value
  return isThere ? replaced : addLines(before, [`${name}=${quoteForEnv(value)}`])
}

const tokenName = 'FIC_ACCESS_TOKEN'

/** If the value has a sign that means something in such a file. */
function quoteForEnv(value: string): string {
  if (parseEnv(`NAME=${value}`)['NAME'] === value) return value
  const mark = ["'", '"', '`'].find((one) => !value.includes(one)) ?? "'"
  return `${mark}${value}${mark}`
}

/** Bytes as Latin-1, in which every byte is a character: what isn't understood is written back as it was. */
type Bytes = string

async function readIfThere(file: string): Promise<Bytes> {
  return existsSync(file) ? readFile(file, 'latin1') : ''
}

function toLines(bytes: Bytes): string[] {
  return splitMark(bytes)[0].split(/\r?\n/)
}

const utf8Mark = '\u00EF\u00BB\u00BF'

function splitMark(bytes: Bytes): [rest: Bytes, mark: Bytes] {
  return bytes.startsWith(utf8Mark) ? [bytes.slice(utf8Mark.length), utf8Mark] : [bytes, '']
}

/** Appends lines with the line ends of the file. */
function addLines(bytes: Bytes, lines: readonly string[]): Bytes {
  const end = bytes.includes('\r\n') ? '\r\n' : '\n'
  const start = bytes === '' || bytes.endsWith('\n') ? bytes : `${bytes}${end}`
  return start + lines.map((line) => `${line}${end}`).join('')
}

/** In UTF-16, with or without its mark, an added line would be garbage. */
function demandAscii(file: string, bytes: Bytes, byHand: string): void {
  const isWide = encodingOf(Buffer.from(bytes.slice(0, 2), 'latin1')) !== 'utf-8' || bytes.includes('\0')
  if (!isWide) return
  throw new FicDevError('USAGE', `${file} is not UTF-8 text; ${byHand}.`, { hint: notTextHint })
}

/** A file that is there keeps its mode, and a link to one stays a link. */
async function write(
  file: string,
  content: string | Uint8Array,
  mode = 0o666 & ~process.umask(),
): Promise<void> {
  try {
    const isThere = existsSync(file)
    replaceFile(isThere ? realpathSync(file) : file, content, isThere ? statSync(file).mode & 0o777 : mode)
  } catch (error) {
    throw new FicDevError('USAGE', `${file} cannot be written: ${messageOf(error)}.`, {
      hint: 'Check the permissions of the folder.',
      cause: error,
    })
  }
}
