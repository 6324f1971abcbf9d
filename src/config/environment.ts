/** Reads the environment and `.env`. Nobody else looks at `process.env`. */

import path from 'node:path'
import { parseEnv } from 'node:util'
import { FicDevError, messageOf, systemCodeOf } from '../errors.ts'
import { readTextFile } from '../text-file.ts'
import type { Config } from './config.ts'
import { isOwnOrHere, projectFolders } from './project-folders.ts'

/** Stands beside the config, never inside: a config can be printed. */
export interface Secrets {
  accessToken: string | null
  /** For the NATS server; left out when there are none. */
  share?: ShareSecrets
}

interface ShareSecrets {
  token: string | null
  user: string | null
  password: string | null
}

interface Variable {
  value: string
  /** `environment FIC_DEV_PORT`, or `environment FIC_DEV_PORT (.env)`; of a folder above, `(../.env)`. */
  source: string
  /** Relative paths in it are meant from here. */
  folder: string
}

export type Environment = ReadonlyMap<string, Variable>

/**
 * The variables of the process and, where it has none of that name, those that `.env` gives to fic-dev: the one of the
 * working directory, then those of the project's folders above. Empty ones count as not set.
 */
export function readEnvironment(cwd: string, variables: NodeJS.ProcessEnv = process.env): Environment {
  const environment = new Map<string, Variable>()
  const add = (values: NodeJS.Dict<string>, origin: string, folder: string) => {
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined && value.trim() !== '' && !environment.has(name)) {
        environment.set(name, { value, source: `environment ${name}${origin}`, folder })
      }
    }
  }
  add(unquoted(variables), '', cwd)
  for (const folder of projectFolders(cwd)) {
    const file = path.join(folder, '.env')
    if (!isOwnOrHere(file, cwd)) continue
    const ours = Object.entries(readDotEnv(file)).filter(([name]) => name.startsWith('FIC_'))
    add(Object.fromEntries(ours), ` (${path.relative(cwd, file)})`, folder)
  }
  return environment
}

/** The same by name and value, for programs and accounts that are configured by the environment. */
export function readVariables(cwd: string): Record<string, string> {
  return Object.fromEntries([...readEnvironment(cwd)].map(([name, { value }]) => [name, value]))
}

/** Ours without the quotes around the whole value: `docker --env-file`, for one, keeps those of the file. */
function unquoted(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      name.startsWith('FIC_') ? value?.trim().replace(/^(["'`])([^]*)\1$/, '$2') : value,
    ]),
  )
}

/** The package manager that runs fic-dev, as it names itself: `npm/10.8.2 node/v20.19.0 …`. Empty without one. */
export function readPackageManager(variables: NodeJS.ProcessEnv = process.env): string {
  return variables['npm_config_user_agent'] ?? ''
}

function readDotEnv(file: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readTextFile(file))
  } catch (error) {
    if (error instanceof FicDevError) throw error
    // Python's tools make a folder of this name.
    if (['ENOENT', 'EISDIR'].includes(systemCodeOf(error))) return {}
    throw new FicDevError('CONFIG_FILE', `${file} cannot be read: ${messageOf(error)}.`, {
      hint: 'Check its permissions, or remove it.',
      cause: error,
    })
  }
}

/** Where secrets for the NATS server stand. */
export const shareVariables = ['FIC_DEV_SHARE_TOKEN', 'FIC_DEV_SHARE_USER', 'FIC_DEV_SHARE_PASSWORD'] as const

/** The access token and the credentials for sharing; problems in words. */
export function readSecrets(environment: Environment): { secrets: Secrets; problems: string[] } {
  const access = readAccessToken(environment)
  const share = readShareSecrets(environment)
  return { ...access, secrets: { ...access.secrets, ...(share && { share }) } }
}

function readShareSecrets(environment: Environment): ShareSecrets | null {
  const [token, user, password] = shareVariables.map((name) => environment.get(name)?.value.trim() ?? null)
  if (!token && !user) return null
  return { token: token ?? null, user: user ?? null, password: password ?? null }
}

/** From `FIC_ACCESS_TOKEN`, or from the file that `FIC_ACCESS_TOKEN_FILE` names. */
function readAccessToken(environment: Environment): { secrets: Secrets; problems: string[] } {
  const none: Secrets = { accessToken: null }
  const direct = environment.get('FIC_ACCESS_TOKEN')
  const named = environment.get('FIC_ACCESS_TOKEN_FILE')
  const from = direct ? 'FIC_ACCESS_TOKEN' : 'FIC_ACCESS_TOKEN_FILE'
  let token = direct?.value.trim()
  if (token === undefined && named) {
    try {
      token = readTextFile(path.resolve(named.folder, named.value.trim())).trim()
    } catch (error) {
      return { secrets: none, problems: [`FIC_ACCESS_TOKEN_FILE cannot be read: ${messageOf(error)}.`] }
    }
  }
  if (token === undefined) return { secrets: none, problems: [] }
  // The value itself is never shown.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    return {
      secrets: none,
      problems: [`${from} gives a token that is empty, or has blanks or line breaks inside.`],
    }
  }
  return { secrets: { accessToken: token }, problems: [] }
}

/** What the conventions of other tools (`NO_COLOR`, `FORCE_COLOR`, `TERM=dumb`, `CI`) say about our settings. */
export function readConventions(environment: Environment): {
  [Key in keyof Config]?: { value: Config[Key]; source: string }
} {
  const forced = environment.get('FORCE_COLOR')
  const color = environment.get('NO_COLOR') ?? forced ?? dumbTerminal(environment)
  const ci = environment.get('CI')
  return {
    ...(color && { color: { value: color === forced && !isOff(forced), source: color.source } }),
    ...(ci && isCi(environment) && { open: { value: false, source: ci.source } }),
  }
}

export function isCi(environment: Environment): boolean {
  const ci = environment.get('CI')
  return ci !== undefined && !isOff(ci)
}

/** Whether a browser could be opened: on Linux only where a desktop says so. */
export function hasDesktop(environment: Environment, platform: NodeJS.Platform = process.platform): boolean {
  if (platform !== 'linux') return true
  return ['DISPLAY', 'WAYLAND_DISPLAY', 'WSL_DISTRO_NAME'].some((name) => environment.has(name))
}

function isOff({ value }: Variable): boolean {
  return value === '0' || value.toLowerCase() === 'false'
}

function dumbTerminal(environment: Environment): Variable | undefined {
  const terminal = environment.get('TERM')
  return terminal?.value === 'dumb' ? terminal : undefined
}
