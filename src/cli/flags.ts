/** Makes flags from the table of settings, and reads back which of them were given. */

import { Option, type Command } from 'commander'
import type { FlagValues } from '../config/choice.ts'
import { longFlag, settingKeys, settings, type Setting, type SettingKey } from '../config/settings.ts'

/** What every command understands. */
export const commonSettings: readonly SettingKey[] = ['dataDir', 'json', 'logLevel', 'color']

/** Adds the flags of these settings, and `--config`. */
export function addSettings(command: Command, keys: readonly SettingKey[]): Command {
  for (const key of keys) {
    for (const option of toOptions(settings[key])) command.addOption(option)
  }
  return command.addOption(
    new Option('--config <file>', 'the config file (default: fic-dev.config.ts here)').helpGroup(
      'Ports and storage:',
    ),
  )
}

/** A toggle has both forms, so that the command line can undo what the file says; only one is in the help. */
function toOptions(setting: Setting<unknown>): Option[] {
  const shown = new Option(setting.flag, describe(setting)).helpGroup(`${setting.group}:`)
  if (setting.repeatable) {
    shown.argParser((value, previous: string[] | undefined) => [...(previous ?? []), value])
  }
  if (shown.required) return [shown]
  const long = longFlag(setting)
  const opposite = long.startsWith('--no-') ? long.replace('--no-', '--') : long.replace('--', '--no-')
  const hidden = new Option(opposite).hideHelp()
  // commander takes a `--no-` flag that comes first as "on unless given"; here the file may decide.
  return shown.negate ? [hidden, shown] : [shown, hidden]
}

function describe({ help, standardly }: Setting<unknown>): string {
  return standardly === null ? help : `${help} (default: ${standardly})`
}

/** The settings that stood on the command line. */
export function givenFlags(command: Command): FlagValues {
  const flags: FlagValues = {}
  const values: Record<string, unknown> = command.opts()
  for (const key of settingKeys) {
    const name = new Option(longFlag(settings[key])).attributeName()
    const value = values[name]
    if (command.getOptionValueSource(name) === 'cli' && isFlagValue(value)) flags[key] = value
  }
  return flags
}

function isFlagValue(value: unknown): value is string | boolean | string[] {
  return typeof value === 'string' || typeof value === 'boolean' || Array.isArray(value)
}
