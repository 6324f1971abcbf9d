/** Makes flags from the table of settings, and reads back which of them were given. */

import { Option, type Command } from 'commander'
import type { FlagValues } from '../config/choice.ts'
import { longFlag, settingKeys, settings, type Setting, type SettingKey } from '../config/settings.ts'

/** What every command understands. */
export const commonSettings: readonly SettingKey[] = ['dataDir', 'json', 'logLevel', 'color']

/** Adds the flags of these settings, and `--config`. The help shows groups in the order of their first flag. */
export function addSettings(command: Command, keys: readonly SettingKey[]): Command {
  const chosen = keys.map((key) => settings[key])
  const usual = chosen.filter(({ isRare = false }) => !isRare)
  const rare = chosen.filter(({ isRare = false }) => isRare)
  const options = [...usual.flatMap(toOptions), configOption(), ...rare.flatMap(toOptions)]
  for (const option of options) command.addOption(option)
  return command
}

function configOption(): Option {
  return new Option('--config <file>', 'config file (default: fic-dev.config.ts in this folder)').helpGroup(
    'Ports and storage:',
  )
}

/** A toggle has both forms, so that the command line can undo what the file says; only one is in the help. */
function toOptions(setting: Setting<unknown>): Option[] {
  const shown = new Option(setting.flag, describe(setting)).helpGroup(
    `${setting.isRare ? 'Rarely needed' : setting.group}:`,
  )
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
