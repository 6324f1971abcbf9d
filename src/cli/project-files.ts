/** The files of a project that `fic-dev init` and `fic-dev env` write: config, `.gitignore`, and files of variables. */

import { existsSync, realpathSync, statSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { isDeepStrictEqual, parseEnv } from 'node:util'
import type { Config } from '../config/config.ts'
import type { ForwardRule } from '../contract/api.ts'
import { settingKeys, settings, type SettingKey } from '../config/settings.ts'
import { FicDevError, messageOf } from '../errors.ts'
import { replaceFile } from '../replace-file.ts'
import { encodingOf, notTextHint } from '../text-file.ts'

const fileName = 'fic-dev.config.ts'

/** A file that is there is put aside under a name that is free, which is returned as `aside`. */
export async function writeConfigFile(
  cwd: string,
  values: Partial<Config>,
  existing: string | null,
): Promise<{ file: string; aside: string | null }> {
  const aside = existing === null ? null : freeName(cwd, `${existing}.old`)
  if (existing !== null && aside !== null) await rename(path.join(cwd, existing), path.join(cwd, aside))
  const isInstalled = existsSync(path.join(cwd, 'node_modules', 'fic-dev'))
  await write(path.join(cwd, fileName), toConfigText(values, cwd, isInstalled))
  return { file: fileName, aside }
}

function freeName(folder: string, name: string): string {
  if (!existsSync(path.join(folder, name))) return name
  for (let count = 2; ; count++) {
    if (!existsSync(path.join(folder, `${name}${count}`))) return `${name}${count}`
  }
}

/** The import gives an editor the types, and fails if the package is not installed. */
function toConfigText(values: Partial<Config>, cwd: string, isInstalled: boolean): string {
  const entries = settingKeys.flatMap((key) => {
    const value = values[key]
    if (value === undefined || value === null || settings[key].example.file === null) return []
    const comment = comments[key] ?? toSentence(settings[key].help)
    return [`  // ${comment}\n  ${key}: ${toLiteral(toFileValue(key, values, cwd))},\n`]
  })
  const head =
    '// The settings of fic-dev for this project; fic-dev start --help lists all of them. The token is never one of them.\n'
  return isInstalled
    ? `${head}import { defineConfig } from 'fic-dev'\n\nexport default defineConfig({\n${entries.join('')}})\n`
    : `${head}export default {\n${entries.join('')}}\n`
}

/** If the help of the setting is not what a reader of the file needs. */
const comments: Partial<Record<SettingKey, string>> = {
  forwardTo: 'Your app: it receives the notifications.',
  emulator:
    'The emulator replaces Fatture in Cloud. For a real account, remove this line, add company, and set FIC_ACCESS_TOKEN.',
  types: 'Event types to subscribe to; all of them if left out.',
  tunnel: 'Tunnel providers, in order of preference.',
}

function toSentence(help: string): string {
  return `${help.charAt(0).toUpperCase()}${help.slice(1)}.`
}

/** A value as the file has it. */
function toFileValue(key: SettingKey, values: Partial<Config>, cwd: string): unknown {
  const value = values[key]
  if (key === 'forwardTo') {
    const rules = (values.forwardTo ?? []).map(toFileRule)
    return rules.length === 1 ? rules[0] : rules
  }
  if (key === 'port' || key === 'sinkPort' || key === 'emulatorPort') return values[key]?.port
  if (typeof value === 'string' && (key === 'dataDir' || key === 'shareCreds' || key === 'shareCa')) {
    const relative = path.relative(cwd, value).split(path.sep).join('/')
    return path.isAbsolute(relative) ? relative : relative.replace(/^(?!\.)/, './')
  }
  return value
}

function toFileRule({ types, url, headers }: ForwardRule): unknown {
  const hasHeaders = Object.keys(headers).length > 0
  if (types.length === 0 && !hasHeaders) return url
  return { ...(types.length > 0 && { types }), url, ...(hasHeaders && { headers }) }
}

/** As Prettier writes it, on one line. */
function toLiteral(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${value.map(toLiteral).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(
    ([name, member]) => `${/^[a-z_]\w*$/i.test(name) ? name : quote(name)}: ${toLiteral(member)}`,
  )
  return `{ ${members.join(', ')} }`
}

function quote(text: string): string {
  return `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", String.raw`\'`)}'`
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

/** The variables of a file; empty if there is none. */
export async function readVariables(cwd: string, name: string): Promise<NodeJS.Dict<string>> {
  const [before] = splitMark(await readIfThere(path.resolve(cwd, name)))
  return parseEnv(before)
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
