/** The command line: parser, help and completion of all commands. Each is a file in `commands/`. */

import { Command, Help, Option } from 'commander'
import type { Config } from '../config/config.ts'
import { settingKeys, type SettingKey } from '../config/settings.ts'
import { version } from '../installation.ts'
import { prepare, type CommandDefinition, type Examples } from './command.ts'
import { checkCommand } from './commands/check.ts'
import { clearCommand } from './commands/clear.ts'
import { addCompletion } from './commands/completion.ts'
import { doctorCommand } from './commands/doctor.ts'
import { emulatorCommand } from './commands/emulator.ts'
import { envCommand } from './commands/env.ts'
import { exportCommand } from './commands/export.ts'
import { followCommand } from './commands/follow.ts'
import { forwardCommand } from './commands/forward.ts'
import { importCommand } from './commands/import.ts'
import { initCommand } from './commands/init.ts'
import { keysCommand } from './commands/keys.ts'
import { listCommand } from './commands/list.ts'
import { logsCommand } from './commands/logs.ts'
import { openCommand } from './commands/open.ts'
import { replayCommand } from './commands/replay.ts'
import { showCommand } from './commands/show.ts'
import { startCommand } from './commands/start.ts'
import { statusCommand } from './commands/status.ts'
import { stopCommand } from './commands/stop.ts'
import { subscriptionsCommand } from './commands/subscriptions.ts'
import { tokenCommand } from './commands/token.ts'
import { triggerCommand } from './commands/trigger.ts'
import { typesCommand } from './commands/types.ts'
import { versionCommand } from './commands/version.ts'
import { addExamples } from './examples.ts'
import { explainUsage, refuseFlagsAsValues } from './explain-option.ts'
import { addSettings, commonSettings } from './flags.ts'
import { refuseArguments } from './refuse-arguments.ts'
import { typed } from './typed.ts'

/** In the order of the help. */
const definitions: readonly CommandDefinition<never>[] = [
  startCommand,
  initCommand,
  forwardCommand,
  followCommand,
  statusCommand,
  stopCommand,
  emulatorCommand,
  openCommand,
  listCommand,
  logsCommand,
  showCommand,
  replayCommand,
  triggerCommand,
  exportCommand,
  importCommand,
  clearCommand,
  envCommand,
  checkCommand,
  keysCommand,
  tokenCommand,
  subscriptionsCommand,
  typesCommand,
  doctorCommand,
  versionCommand,
]

/** At the end of the first help. */
const firstExamples: Examples = [
  ['fic-dev --emulator -f localhost:3000/webhooks', 'offline, without an account'],
  ['fic-dev trigger issued_documents.invoices.create', 'send a test notification'],
  ['fic-dev check', 'test the webhook route of your app'],
  ['fic-dev --company 12345 -f localhost:3000/webhooks', 'with the token in FIC_ACCESS_TOKEN'],
]

const globalFlags = `
Flags:
  -h, --help         print this help or, after a command, the flags of the command
  -v, -V, --version  print the version

The flags of the daemon are in "fic-dev start --help".`

export interface ProgramEvents {
  /** The configuration is known; from now on failures are told as it says. */
  configured(config: Config): void
  /** A command has run. */
  finished(exitCode: number): void
  /** The process has to end at once. */
  leave(exitCode: number): void
}

/** Builds the program. Nothing runs before it parses; help, version and wrong usage are thrown as CommanderError. */
export function createProgram(events: ProgramEvents): Command {
  const program = new Command('fic-dev')
    .usage('[command] [flags]')
    .description('Receive Fatture in Cloud webhooks on your machine, offline if you like.')
    .version(version, '-V, --version', 'print the version')
    .addOption(new Option('-v').hideHelp())
    .on('option:v', () => void program.parse(['--version'], { from: 'user' }))
    .helpOption('-h, --help', 'print help')
    .exitOverride((error) => {
      // Help is wanted of a command that does not exist.
      if (error.code === 'commander.help') refuseArguments(program, program.args.slice(1))
      throw error
    })
    .configureOutput({ writeErr: () => {} })
    .addHelpText('after', () => typed(globalFlags))
  addExamples(program, firstExamples)
  for (const definition of definitions) addCommand(program, definition, events)
  explainUsageOf(program, addCompletion(program, definitions, events.finished))
  const help = new Command('help').argument('[command]').summary('print the help of a command')
  const standard = new Help()
  return program.addHelpCommand(help.helpGroup('This machine:')).configureHelp({
    // Commands come first.
    visibleOptions: (command) => (command === program ? [] : standard.visibleOptions(command)),
    // The list shows what a command does; its arguments are in its own help.
    subcommandTerm: (command) => command.name(),
  })
}

function addCommand(program: Command, definition: CommandDefinition<never>, events: ProgramEvents): void {
  const { name, group, summary, description = toSentence(summary), isDefault = false } = definition
  const command = program
    .command(name, { isDefault })
    .summary(summary)
    .description(description)
    .helpGroup(`${group}:`)
  for (const argument of definition.arguments ?? []) command.addArgument(argument)
  for (const option of definition.options ?? []) command.addOption(option)
  addSettings(command, settingsOf(definition))
  const { details } = definition
  if (details !== undefined) command.addHelpText('after', () => typed(details))
  if (definition.examples !== undefined) addExamples(command, definition.examples)
  explainUsageOf(program, command)
  // A mistyped command reaches the default command as an argument.
  if (isDefault) command.allowExcessArguments()
  command.action(async () => {
    refuseFlagsAsValues(command)
    if (isDefault) refuseArguments(program, command.args)
    const invocation = await prepare<never>(command, events.leave)
    events.configured(invocation.config)
    events.finished((await definition.run(invocation)) ?? 0)
  })
}

function settingsOf({ settings = [] }: CommandDefinition<never>): readonly SettingKey[] {
  return settings === 'all' ? settingKeys : [...settings, ...commonSettings]
}

function toSentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}

function explainUsageOf(program: Command, command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : explainUsage(program, command, error)
  })
}
