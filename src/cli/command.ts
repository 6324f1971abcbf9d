/** What a command is, and what it gets to work with. */

import type { Argument, Command, Option } from 'commander'
import type { FlagValues } from '../config/choice.ts'
import type { ConfigInput, ReadConfig } from '../config/read-config.ts'
import type { SettingKey } from '../config/settings.ts'
import { onFileNote } from '../replace-file.ts'
import { givenFlags } from './flags.ts'
import { createOutput, noteLine, type Output, sharesTerminal } from './output.ts'
import { isLive } from './terminal/live.ts'

/** The groups in the list of commands. */
type CommandGroup = 'Run' | 'Notifications' | 'Your app' | 'Fatture in Cloud' | 'This machine'

/** A command of `fic-dev`: everything that parser, help and completion need, and what it does. */
export interface CommandDefinition<Options = Record<string, unknown>> {
  name: string
  /** Where the list of commands shows it. */
  group: CommandGroup
  arguments?: readonly Argument[]
  /** In the list of commands: in the imperative, without a period. */
  summary: string
  /** At the top of its help. The summary as a sentence if left out. */
  description?: string
  /** Its own flags. */
  options?: readonly Option[]
  /** The settings that are flags of this command too, besides `commonSettings`. */
  settings?: readonly SettingKey[] | 'all'
  /** Below the flags in its help. */
  details?: string
  examples?: Examples
  /** The words that completion offers, by flag or name of an argument; choices and settings have their own. */
  complete?: Readonly<Record<string, Completion>>
  /** Runs if no command is named. */
  isDefault?: true
  /** Returns the exit code if it is not 0. Called after the configuration was read. */
  run: Run<Options>
}

/** `numbers`: those of the newest notifications. `isList`: several words, separated by commas. */
export type Completion =
  'numbers' | { words: () => readonly string[] | Promise<readonly string[]>; isList?: true }

export type Examples = readonly (readonly [command: string, does: string])[]

/**
 * A command whose file is loaded on every start, for help and completion. Modules that take long to load are imported
 * in `run`.
 */
export function defineCommand<Options = Record<string, unknown>>(
  definition: CommandDefinition<Options>,
): CommandDefinition<Options> {
  return definition
}

export interface Invocation<Options = Record<string, unknown>> extends ReadConfig {
  /** What stood after the command's name, without flags. */
  args: string[]
  /** The command's own flags. */
  options: Options
  output: Output
  /** What the configuration was read from. */
  configInput: ConfigInput
  /** Ends the process at once. */
  leave: (exitCode: number) => void
  /** The same command, with the configuration read again and these flags besides. */
  again: (flags: FlagValues) => Promise<Invocation<Options>>
}

/** Does the command; gives the exit code where it is not 0. */
type Run<Options = Record<string, unknown>> = (invocation: Invocation<Options>) => Promise<number | void>

/** Reads the configuration for a command that is about to run. */
export async function prepare<Options>(
  command: Command,
  leave: (exitCode: number) => void,
  flags: FlagValues = {},
): Promise<Invocation<Options>> {
  const [{ readConfig }, { readEnvironment }] = await Promise.all([
    import('../config/read-config.ts'),
    import('../config/environment.ts'),
  ])
  const options: Record<string, unknown> = command.opts()
  const configFile = typeof options['config'] === 'string' ? options['config'] : null
  const configInput: ConfigInput = {
    cwd: process.cwd(),
    flags: { ...givenFlags(command), ...flags },
    configFile,
    isTerminal: process.stdout.isTTY,
  }
  const read = await readConfig(configInput)
  const live = isLive(read.config, readEnvironment(process.cwd()), sharesTerminal())
  const output = createOutput({ ...read.config, live })
  onFileNote((note) => output.say(noteLine(note, output.colors)))
  return {
    ...read,
    configInput,
    args: command.args,
    options: options as Options,
    output,
    leave,
    again: (more) => prepare(command, leave, { ...flags, ...more }),
  }
}
