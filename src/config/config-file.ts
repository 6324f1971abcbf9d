/** Finds and loads `fic-dev.config.*`. It is code of the project, so only the named file is run (docs/threats-proven.md, S16). */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { FicDevError, messageOf, toPackageMissing } from '../errors.ts'
import { encodingOf, notTextHint, readTextFile } from '../text-file.ts'

const fileNames = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs', 'json'].map(
  (extension) => `fic-dev.config.${extension}`,
)

export interface ConfigFile {
  /** Absolute. */
  file: string
  /** What it exports, not yet checked. */
  content: unknown
}

/**
 * The file named, or else the one that stands in the working directory itself; parents are not searched.
 * @throws FicDevError `CONFIG_FILE` when it cannot be found or loaded.
 */
export async function loadConfigFile(cwd: string, named: string | null): Promise<ConfigFile | null> {
  const file = named === null ? findIn(cwd) : path.resolve(cwd, named)
  if (file === null) return null
  if (!existsSync(file)) {
    throw new FicDevError('CONFIG_FILE', `There is no config file ${file}.`, {
      hint: 'Check the path after --config; without --config, fic-dev.config.ts of the working directory is used.',
    })
  }
  return { file, content: file.endsWith('.json') ? loadJson(file) : await loadModule(file) }
}

/** The files that `loadConfigFile` would load, whether they exist or not. */
export function configFilesOf(cwd: string, named: string | null): string[] {
  return named === null ? fileNames.map((name) => path.join(cwd, name)) : [path.resolve(cwd, named)]
}

/** The names of the config files in a folder. */
export function configFilesIn(folder: string): string[] {
  return fileNames.filter((name) => existsSync(path.join(folder, name)))
}

function findIn(cwd: string): string | null {
  const found = configFilesIn(cwd)
  if (found.length > 1) {
    throw new FicDevError('CONFIG_FILE', `There are ${found.length} config files: ${found.join(', ')}.`, {
      hint: 'Keep one of them, or name it with --config.',
    })
  }
  return found[0] === undefined ? null : path.join(cwd, found[0])
}

function readText(file: string): string {
  try {
    return readTextFile(file)
  } catch (error) {
    if (error instanceof FicDevError) throw error
    throw new FicDevError('CONFIG_FILE', `${file} cannot be read: ${messageOf(error)}.`, {
      hint: 'Check its permissions.',
      cause: error,
    })
  }
}

function loadJson(file: string): unknown {
  const text = readText(file)
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = messageOf(error)
    const offset = /position (\d+)/.exec(message)?.[1]
    const line = text.slice(0, offset === undefined ? text.length : Number(offset)).split('\n').length
    throw new FicDevError(
      'CONFIG_FILE',
      `${file}:${line} is not JSON: ${message.replace(/ in JSON at position .*/, '')}.`,
      {
        hint: 'JSON has no comments and no comma at the end of a list; fic-dev.config.ts allows both.',
        cause: error,
      },
    )
  }
}

async function loadModule(file: string): Promise<unknown> {
  // Node and tsx read UTF-8 only, and would report a syntax error.
  if (encodingOf(readFileSync(file)) !== 'utf-8') {
    throw new FicDevError('CONFIG_FILE', `${file} is not UTF-8 text.`, { hint: notTextHint })
  }
  const url = pathToFileURL(file).href
  try {
    return defaultExport(
      file,
      await (/\.[cm]?ts$/.test(file) ? importTypeScript(url) : importFresh(file, url)),
    )
  } catch (error) {
    throw error instanceof FicDevError ? error : await explain(file, error)
  }
}

async function importTypeScript(url: string): Promise<unknown> {
  const { tsImport } = await import('tsx/esm/api')
  return tsImport(url, import.meta.url)
}

/** How often each file was loaded. */
const loads = new Map<string, number>()

/** Node keeps a module under its URL, and one in CommonJS under its path as well. */
async function importFresh(file: string, url: string): Promise<unknown> {
  const count = loads.get(file) ?? 0
  loads.set(file, count + 1)
  if (count === 0) return import(url)
  delete createRequire(url).cache[file]
  return import(`${url}?load=${count}`)
}

/** `module.exports` arrives as the default export. In a package without `"type": "module"` a default export is wrapped twice. */
function defaultExport(file: string, loaded: unknown): unknown {
  let content = loaded
  let depth = 0
  while (typeof content === 'object' && content !== null && 'default' in content && depth < 3) {
    content = content.default
    depth += 1
  }
  if (depth > 0 && content !== undefined) return content
  throw new FicDevError('CONFIG_FILE', `${file} has no default export.`, {
    hint: 'Example: export default { forwardTo: "http://localhost:3000/webhooks" }',
  })
}

async function explain(file: string, error: unknown): Promise<FicDevError> {
  const message = messageOf(error)
  if (/@esbuild\/|Cannot find (?:module|package) '(?:tsx|esbuild)\b/.test(message))
    return toPackageMissing(`The TypeScript loader, which ${path.basename(file)} needs,`, error)
  if (/Cannot find (?:module|package) '?fic-dev\b/.test(message)) {
    return new FicDevError(
      'CONFIG_FILE',
      `${file} imports fic-dev, which is not installed in this project.`,
      {
        hint: 'Install it (npm install --save-dev fic-dev), or write "export default { … }" without the import.',
        cause: error,
      },
    )
  }
  const found = esbuildFailure(message) ?? (error instanceof SyntaxError ? await checkSyntax(file) : null)
  const line = found?.line ?? lineInStack(file, error)
  const where = line === null ? file : `${file}:${line}`
  return new FicDevError('CONFIG_FILE', `${where} cannot be loaded: ${found?.says ?? firstLine(message)}.`, {
    hint: /^(module|exports) is not defined/.test(message)
      ? `The package has "type": "module". Write "export default { … }", or name the file fic-dev.config.cjs.`
      : 'Correct that line and start again.',
    cause: error,
  })
}

interface Failure {
  line: string
  says: string
}

/** esbuild, which reads TypeScript for tsx, writes `<file>:<line>:<column>: ERROR: <what>`. */
function esbuildFailure(message: string): Failure | null {
  const match = /:(\d+):\d+: ERROR: (.+)/.exec(message)
  return match?.[1] && match[2] ? { line: match[1], says: match[2] } : null
}

/** A SyntaxError of `import()` does not tell its line; the same text read by `node --check` does. */
async function checkSyntax(file: string): Promise<Failure | null> {
  const type = file.endsWith('.cjs') ? 'commonjs' : 'module'
  const { stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '--check'], {
    input: await readFile(file),
    encoding: 'utf8',
    env: {},
  })
  const line = /^\[stdin\]:(\d+)|^file:.*:(\d+)/m.exec(stderr)
  const says = /^SyntaxError: (.+)$/m.exec(stderr)?.[1]
  const number = line?.[1] ?? line?.[2]
  return number && says ? { line: number, says } : null
}

function lineInStack(file: string, error: unknown): string | null {
  const stack = (error instanceof Error ? (error.stack ?? '') : '').replaceAll(/\?load=\d+(?=:)/g, '')
  const place = [pathToFileURL(file).href, file].find((name) => stack.includes(`${name}:`))
  if (place === undefined) return null
  return /^\d+/.exec(stack.slice(stack.indexOf(`${place}:`) + place.length + 1))?.[0] ?? null
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]?.replace(/\.$/, '') ?? message
}
