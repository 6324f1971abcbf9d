/** Reads file, environment and flags into one frozen `Config`, and knows where each value came from. */

import path from 'node:path'
import { FicDevError } from '../errors.ts'
import { agree, noteOdd, type Choices } from './agreement.ts'
import { chooseSetting, type FlagValues, type Places } from './choice.ts'
import { configFilesIn, configFilesOf, loadConfigFile, type ConfigFile } from './config-file.ts'
import type { Config } from './config.ts'
import {
  readEnvironment,
  readSecrets,
  shareVariables,
  type Environment,
  type Secrets,
} from './environment.ts'
import { isPlainObject, show } from './kinds.ts'
import { findDataDir, projectFolders } from './project-folders.ts'
import { settingKeys, settings, type SettingKey } from './settings.ts'
import { didYouMean } from './spelling.ts'

/** `flag`, `environment NAME`, `file PATH`, `default`, or `found in FOLDER` for a data dir above the working directory. */
type Sources = Record<SettingKey, string>

export interface ReadConfig {
  config: Config
  sources: Sources
  secrets: Secrets
  /** The config file that was run, absolute; `null` when there is none. */
  file: string | null
  /** What it exports: settings that flags and environment may outrank. */
  written: Readonly<Record<string, unknown>>
  /** The file, or those that would be read if they existed. */
  configFiles: string[]
  /** Not wrong, but perhaps not meant: sentences for a person. */
  notes: string[]
}

export interface ConfigInput {
  cwd: string
  flags?: FlagValues
  /** What `--config` names. */
  configFile?: string | null
  /** The process's own when left out. */
  environment?: NodeJS.ProcessEnv
  /** Whether stdout is a terminal; decides about colour where nobody else does. */
  isTerminal?: boolean
}

/** @throws FicDevError `CONFIG_FILE` for a file that cannot be loaded, `CONFIG_INVALID` for all other problems at once. */
export async function readConfig(input: ConfigInput): Promise<ReadConfig> {
  const { cwd, flags = {}, isTerminal = false } = input
  const environment = readEnvironment(cwd, input.environment)
  const named = input.configFile ?? environment.get('FIC_DEV_CONFIG')?.value ?? null
  const file = await loadConfigFile(cwd, named)
  const folders = projectFolders(cwd)
  const foundDataDir = foundDataDirOf(cwd, folders)
  const chosen = chooseAll({ cwd, flags, environment, file, foundDataDir, isTerminal })
  const { secrets, problems } = readSecrets(environment)
  const agreed = agree(chosen.choices)
  throwIfAny([...(file ? fileProblems(file) : []), ...chosen.problems, ...problems, ...agreed.problems])
  return {
    config: freeze(valuesOf(agreed.choices)),
    sources: sourcesOf(agreed.choices),
    secrets,
    file: file?.file ?? null,
    written: isPlainObject(file?.content) ? file.content : {},
    configFiles: file === null ? configFilesOf(cwd, named) : [file.file],
    notes: [
      ...noteOdd(agreed.choices),
      ...noteUnknownVariables(environment),
      ...(file === null ? noteConfigAbove(cwd, folders) : []),
    ],
  }
}

/** A folder with a config file of its own is a project of its own, even before its first start. */
function foundDataDirOf(cwd: string, folders: readonly string[]): string | null {
  const isProject = configFilesIn(cwd).length > 0
  return findDataDir(isProject ? folders.slice(0, 1) : folders, settings.dataDir.standard)
}

/** It is code, so that it is not run because it is somewhere above (docs/threats-proven.md, S16). */
function noteConfigAbove(cwd: string, folders: readonly string[]): string[] {
  const above = folders
    .slice(1)
    .flatMap((folder) => configFilesIn(folder).map((name) => path.join(folder, name)))
  const [nearest] = above
  if (nearest === undefined) return []
  const relative = path.relative(cwd, nearest)
  return [
    `${nearest} is not used: a config file is code, and only that of the working directory is run. To use it: --config ${relative}`,
  ]
}

function chooseAll(places: Places): { choices: Choices; problems: string[] } {
  const choices: Partial<Choices> = {}
  const problems: string[] = []
  const choose = <Key extends SettingKey>(key: Key) => {
    const chosen = chooseSetting(key, places)
    choices[key] = chosen.choice as Partial<Choices>[Key]
    problems.push(...chosen.problems)
  }
  settingKeys.forEach(choose)
  return { choices: complete(choices), problems }
}

/** `settingKeys` are all keys of the table, and the table has all keys of Config: the compiler holds the second only. */
function complete(choices: Partial<Choices>): Choices {
  return choices as Choices
}

function valuesOf(choices: Choices): Config {
  return Object.fromEntries(
    Object.entries(choices).map(([key, { value }]) => [key, value]),
  ) as unknown as Config
}

function sourcesOf(choices: Choices): Sources {
  return Object.fromEntries(Object.entries(choices).map(([key, { source }]) => [key, source])) as Sources
}

const secretNames = new Set(['token', 'accessToken', 'access_token', 'ficAccessToken'])

function fileProblems({ file, content }: ConfigFile): string[] {
  if (!isPlainObject(content)) {
    const is = content instanceof Promise ? 'a promise' : show(content)
    return [`${file} exports ${is}, which is not an object. Example: export default { emulator: true }`]
  }
  return Object.keys(content)
    .filter((key) => !settingKeys.some((known) => known === key))
    .map((key) =>
      secretNames.has(key)
        ? `${file}: ${key} does not belong in the file. Example: FIC_ACCESS_TOKEN=… in the environment or in .env`
        : `${file}: ${key} is ${show(content[key])}, but there is no such setting.${didYouMean(key, fileKeys)}`,
    )
}

const fileKeys = settingKeys.filter((key) => settings[key].example.file !== null)

function throwIfAny(problems: string[]): void {
  if (problems.length === 0) return
  const [only] = problems
  throw new FicDevError(
    'CONFIG_INVALID',
    problems.length === 1 && only
      ? only
      : `The configuration has ${problems.length} problems:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    {
      hint: 'fic-dev start --help lists every setting; fic-dev --print-config shows the origin of each value.',
    },
  )
}

const otherVariables = ['FIC_DEV_CONFIG', ...shareVariables]

function noteUnknownVariables(environment: Environment): string[] {
  const known = [...otherVariables, ...settingKeys.flatMap((key) => settings[key].environment)]
  return [...environment.keys()]
    .filter((name) => name.startsWith('FIC_DEV_') && !known.includes(name))
    .map((name) => `${name} is set, but fic-dev has no such variable.${didYouMean(name, known)}`)
}

/** Frozen all the way down. */
function freeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze)
  return Object.freeze(value)
}
