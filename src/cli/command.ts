/** What a command gets to work with. */

import type { Command } from 'commander'
import type { ReadConfig } from '../config/read-config.ts'
import { refuseFlagsAsValues } from './explain-option.ts'
import { givenFlags } from './flags.ts'
import { isLive } from './live.ts'
import { onFileNote } from '../replace-file.ts'
import { createOutput, noteLine, type Output, sharesTerminal } from './output.ts'

export interface Invocation<Options = Record<string, unknown>> extends ReadConfig {
  /** What stood after the command's name, without flags. */
  args: string[]
  /** The command's own flags. */
  options: Options
  output: Output
  /** Ends the process at once. */
  leave: (exitCode: number) => void
}

/** Does the command; gives the exit code where it is not 0. */
export type Run<Options = Record<string, unknown>> = (
  invocation: Invocation<Options>,
) => Promise<number | void>

/** Adds a command whose file is loaded only when it runs. */
export type Add = (usage: string, summary: string, load: () => Promise<{ run: Run<never> }>) => Command

/** Reads the configuration for a command that is about to run. */
export async function prepare<Options>(
  command: Command,
  leave: (exitCode: number) => void,
): Promise<Invocation<Options>> {
  const [{ readConfig }, { readEnvironment }] = await Promise.all([
    import('../config/read-config.ts'),
    import('../config/environment.ts'),
  ])
  refuseFlagsAsValues(command)
  const options: Record<string, unknown> = command.opts()
  const configFile = typeof options['config'] === 'string' ? options['config'] : null
  const read = await readConfig({
    cwd: process.cwd(),
    flags: givenFlags(command),
    configFile,
    isTerminal: process.stdout.isTTY,
  })
  const live = isLive(read.config, readEnvironment(process.cwd()), sharesTerminal())
  const output = createOutput({ ...read.config, live })
  onFileNote((note) => output.say(noteLine(note, output.colors)))
  return {
    ...read,
    args: command.args,
    options: options as Options,
    output,
    leave,
  }
}
