/** Decides one setting: what flag, environment and file say about it, the strongest first, else its default. */

import path from 'node:path'
import type { Config } from './config.ts'
import type { ConfigFile } from './config-file.ts'
import { hasDesktop, readConventions, type Environment } from './environment.ts'
import { isPlainObject, type Reading } from './kinds.ts'
import { longFlag, settings, type Setting, type SettingKey } from './settings.ts'

/** What stood on the command line, by setting; a toggle is a boolean, a repeatable flag a list. */
export type FlagValues = Partial<Record<SettingKey, string | boolean | readonly string[]>>

/** The places that settings come from. */
export interface Places {
  cwd: string
  flags: FlagValues
  environment: Environment
  file: ConfigFile | null
  /** The data dir that the project has already, in the working directory or above; `null` if there is none. */
  foundDataDir: string | null
  /** Whether stdout is a terminal. */
  isTerminal: boolean
}

export interface Choice<Value> {
  value: Value
  /** `flag`, `environment NAME`, `file PATH` or `default`. */
  source: string
  /** Of two choices the stronger is to be believed: flag 3, environment 2, file 1, default 0. */
  strength: 0 | 1 | 2 | 3
  /** What the setting is called at its source, for a sentence about it. */
  name: string
}

/** A place's word on a setting, not yet known to be right. */
interface Said<Value> extends Omit<Choice<Value>, 'value'> {
  reading: Reading<Value>
  example: string
}

/** The choice, and what is wrong with this setting in any of the places, in sentences. */
export function chooseSetting<Key extends SettingKey>(
  key: Key,
  places: Places,
): { choice: Choice<Config[Key]>; problems: string[] } {
  const setting: Setting<Config[Key]> = settings[key]
  const said = [
    fromFlag(setting, places.flags[key], places.cwd),
    fromEnvironment(setting, places) ?? fromConvention(key, places),
    fromFile(key, setting, places.file),
  ].filter((place) => place !== null)
  const chosen = said.flatMap(({ reading, ...rest }) =>
    'value' in reading ? [{ ...rest, ...reading }] : [],
  )[0]
  return { choice: chosen ?? fromDefault(key, places), problems: said.flatMap(problemsOf) }
}

function fromFlag<Value>(
  setting: Setting<Value>,
  value: FlagValues[SettingKey],
  cwd: string,
): Said<Value> | null {
  if (value === undefined) return null
  const name = longFlag(setting)
  const reading = setting.kind.fromText(typeof value === 'object' ? value : [String(value)], cwd)
  return { source: 'flag', strength: 3, name, reading, example: `${name} ${setting.example.text}` }
}

function fromEnvironment<Value>(setting: Setting<Value>, { environment }: Places): Said<Value> | null {
  for (const name of setting.environment) {
    const variable = environment.get(name)
    if (!variable) continue
    const reading = setting.kind.fromText([variable.value], variable.folder)
    return { source: variable.source, strength: 2, name, reading, example: `${name}=${setting.example.text}` }
  }
  return null
}

function fromFile<Value>(
  key: SettingKey,
  setting: Setting<Value>,
  file: ConfigFile | null,
): Said<Value> | null {
  if (!file || !isPlainObject(file.content) || file.content[key] === undefined) return null
  const place = { source: `file ${file.file}`, strength: 1, name: `${file.file}: ${key}` } as const
  if (setting.example.file === null) {
    const says = `is for one run only, so it is not allowed in the file`
    return { ...place, reading: { wrong: [{ path: '', says }] }, example: longFlag(setting) }
  }
  const reading = setting.kind.fromFile(file.content[key], path.dirname(file.file))
  return { ...place, reading, example: setting.example.file }
}

/** `NO_COLOR` and its like stand in for a variable of ours. */
function fromConvention<Key extends SettingKey>(key: Key, { environment }: Places): Said<Config[Key]> | null {
  const convention = readConventions(environment)[key]
  if (!convention) return null
  return {
    source: convention.source,
    strength: 2,
    name: key,
    reading: { value: convention.value },
    example: '',
  }
}

function fromDefault<Key extends SettingKey>(key: Key, places: Places): Choice<Config[Key]> {
  const { cwd, environment, foundDataDir, isTerminal } = places
  const dataDirHere = path.resolve(cwd, settings.dataDir.standard)
  const ofPlace: Partial<Config> = {
    color: isTerminal,
    open: isTerminal && hasDesktop(environment),
    dataDir: foundDataDir ?? dataDirHere,
  }
  const value: Config[Key] = ofPlace[key] ?? settings[key].standard
  const isAbove = key === 'dataDir' && foundDataDir !== null && foundDataDir !== dataDirHere
  const source = isAbove ? `found in ${path.dirname(foundDataDir)}` : 'default'
  return { value, source, strength: 0, name: longFlag(settings[key]) }
}

function problemsOf({ reading, name, example }: Said<unknown>): string[] {
  if ('value' in reading) return []
  return reading.wrong.map(({ path, says }) => `${name}${path} ${endSentence(says)} Example: ${example}`)
}

/** With a full stop, unless it has its end already. */
function endSentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`
}
