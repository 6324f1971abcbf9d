/** The command line: parser, help and completion of all commands. Each is a file in `commands/`. */

import { Command, Help, type Option } from 'commander'
import type { Config } from '../config/config.ts'
import { settingKeys, type SettingKey } from '../config/settings.ts'
import { version } from '../installation.ts'
import { prepare, type CommandDefinition } from './command.ts'
import { checkCommand } from './commands/check.ts'
import { clearCommand } from './commands/clear.ts'
import { addCompletion } from './commands/completion.ts'
import { doctorCommand } from './commands/doctor.ts'
import { emulatorCommand } from './commands/emulator.ts'
import { envCommand } from './commands/env.ts'
import { exportCommand } from './commands/export.ts'
import { followCommand } from './commands/follow.ts'
import { importCommand } from './commands/import.ts'
import { initCommand } from './commands/init.ts'
import { keysCommand } from './commands/keys.ts'
import { listCommand } from './commands/list.ts'
import { openCommand } from './commands/open.ts'
import { replayCommand } from './commands/replay.ts'
import { showCommand } from './commands/show.ts'
import { startCommand } from './commands/start.ts'
import { subscriptionsCommand } from './commands/subscriptions.ts'
import { tokenCommand } from './commands/token.ts'
import { triggerCommand } from './commands/trigger.ts'
import { typesCommand } from './commands/types.ts'
import { addExamples } from './examples.ts'
import { explainUsage, refuseFlagsAsValues } from './explain-option.ts'
import { addSettings, commonSettings } from './flags.ts'
import { refuseArguments } from './refuse-arguments.ts'

/** In the order of the help. */
const definitions: readonly CommandDefinition<never>[] = [
  startCommand,
  triggerCommand,
  replayCommand,
  emulatorCommand,
  listCommand,
  showCommand,
  typesCommand,
  keysCommand,
  envCommand,
  openCommand,
  exportCommand,
  importCommand,
  clearCommand,
  subscriptionsCommand,
  tokenCommand,
  initCommand,
  checkCommand,
  doctorCommand,
  followCommand,
]

/** At the end of the first help. */
const firstExamples = `
Examples:
  fic-dev --emulator -f http://localhost:3000/webhooks   everything on this machine, without an account
  fic-dev trigger issued_documents.invoices.create       have the emulator send a notification
  fic-dev --company 12345 -f localhost:3000/webhooks     the real thing; the token comes from FIC_ACCESS_TOKEN
  fic-dev list --signature invalid --json                one JSON object per line, for scripts
  fic-dev replay last --sign dev                         once more, signed with this project's own key
`

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
    .description('Everything between Fatture in Cloud webhooks and the code on your machine.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help; of one command: fic-dev list --help')
    .exitOverride((error) => {
      // Help is wanted of a command that does not exist.
      if (error.code === 'commander.help') refuseArguments(program, program.args.slice(1))
      throw error
    })
    .configureOutput({ writeErr: () => {} })
    .addHelpText('after', firstExamples)
  for (const definition of definitions) addCommand(program, definition, events)
  explainUsageOf(program, addCompletion(program, events.finished))
  // The flags of `start` work without its name, so the first help that people see has to show them.
  const help = new Help()
  const start = program.commands[0] ?? program
  return program.helpCommand('help [command]', 'print the help of a command').configureHelp({
    subcommandTerm: (command) => help.subcommandTerm(command).replace(' [options]', ''),
    visibleOptions: (command) => [
      ...help.visibleOptions(command),
      ...help.visibleOptions(start).filter(isSetting),
    ],
  })
}

function addCommand(program: Command, definition: CommandDefinition<never>, events: ProgramEvents): void {
  const { name, summary, description = toSentence(summary), isDefault = false } = definition
  const command = program.command(name, { isDefault }).summary(summary).description(description)
  for (const argument of definition.arguments ?? []) command.addArgument(argument)
  for (const option of definition.options ?? []) command.addOption(option)
  addSettings(command, settingsOf(definition))
  if (definition.details !== undefined) command.addHelpText('after', definition.details)
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
  return settings === 'all' ? settingKeys : [...commonSettings, ...settings]
}

function toSentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}

function explainUsageOf(program: Command, command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : explainUsage(program, command, error)
  })
}

function isSetting(option: Option): boolean {
  return option.long !== '--help'
}
