/** The command line: all commands with their flags and help. What they do stands in a file each, loaded when asked for. */

import { Command, Help, Option } from 'commander'
import type { Config } from '../config/config.ts'
import { settingKeys } from '../config/settings.ts'
import { version } from '../installation.ts'
import { addAccountCommands } from './account-commands.ts'
import { prepare, type Add } from './command.ts'
import { addCompletion } from './completion-commands.ts'
import { examplesOf, examplesText, firstExamples } from './examples.ts'
import { explainUsage, refuseFlagsAsValues } from './explain-option.ts'
import { refuseArguments } from './refuse-arguments.ts'
import { addSettings, commonSettings } from './flags.ts'
import { addSetupCommands } from './setup-commands.ts'
import { addShareCommands } from './share-commands.ts'
import { readCount, readHeader, readIds, readMoment, readPort } from './values.ts'

export interface ProgramEvents {
  /** The configuration is known; from now on failures are told as it says. */
  configured(config: Config): void
  /** A command has run. */
  finished(exitCode: number): void
  /** The process has to end at once. */
  leave(exitCode: number): void
}

/** Builds the program. Nothing runs before it is told to parse; help, version and wrong usage are thrown as CommanderError. */
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
  const add: Add = (usage, summary, load) => {
    const command = program
      .command(usage)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    const examples = examplesOf[command.name()]
    if (examples) command.addHelpText('after', examplesText(examples))
    explainUsageOf(program, command)
    return command.action(async () => {
      const { run } = await load()
      const invocation = await prepare<never>(command, events.leave)
      events.configured(invocation.config)
      events.finished((await run(invocation)) ?? 0)
    })
  }
  const start = addStart(program, events)
  addWork(add)
  addReading(add)
  addUpkeep(add)
  addAccountCommands(add)
  addSetupCommands(add)
  addShareCommands(add)
  explainUsageOf(program, addCompletion(program, events.finished))
  // The flags of `start` work without its name, so the first help that people see has to show them.
  const help = new Help()
  return program.helpCommand('help [command]', 'print the help of a command').configureHelp({
    subcommandTerm: (command) => help.subcommandTerm(command).replace(' [options]', ''),
    visibleOptions: (command) => [
      ...help.visibleOptions(command),
      ...help.visibleOptions(start).filter(isSetting),
    ],
  })
}

function explainUsageOf(program: Command, command: Command): void {
  command.exitOverride((error) => {
    throw error.exitCode === 0 ? error : explainUsage(program, command, error)
  })
}

function isSetting(option: Option): boolean {
  return option.long !== '--help'
}

function addStart(program: Command, events: ProgramEvents): Command {
  const start = program
    .command('start', { isDefault: true })
    .summary('start the daemon; what happens without a command')
    .description('Starts the daemon: sink, tunnel, subscription, deliveries and inspector.')
    // A mistyped command arrives here as an argument.
    .allowExcessArguments()
    .addOption(
      new Option('--print-config', 'print every setting with its value and where it comes from, and end'),
    )
  addSettings(start, settingKeys)
  explainUsageOf(program, start)
  return start.action(async () => {
    refuseFlagsAsValues(start)
    refuseArguments(program, start.args)
    const { run } = await import('./start.ts')
    const invocation = await prepare<{ printConfig?: boolean }>(start, events.leave)
    events.configured(invocation.config)
    events.finished((await run(invocation)) ?? 0)
  })
}

/** What makes notifications move. */
function addWork(add: Add): void {
  const trigger = add('trigger <type>', 'have the emulator send notifications', () => import('./trigger.ts'))
    .option('--ids <ids>', 'resource ids, separated by commas', readIds)
    .option('--count <n>', 'how many notifications', readCount)
    .option('--company <id>', 'of this company', readCount)
    .addOption(new Option('--mapping <mapping>', 'in this form').choices(['binary', 'structured']))
    .option('--to <url>', 'an emulator that runs elsewhere')
  addSettings(trigger, commonSettings)
  const replay = add(
    'replay <n...>',
    'send notifications to your app again; "last" is the newest',
    () => import('./replay.ts'),
  )
    .option('--to <url>', 'to this address instead of the configured target')
    .addOption(
      new Option('--sign <how>', 'signature: as captured, with the dev key, or none').choices([
        'original',
        'dev',
        'none',
      ]),
    )
    .addOption(new Option('--mapping <mapping>', 'in this form').choices(['binary', 'structured']))
    .option('--ids <ids>', 'with these resource ids, separated by commas', readIds)
    .option('--body <text>', 'with this body; @file reads it from a file')
    .option('--header <name:value>', 'set a header; name: alone removes it', readHeader)
  addSettings(replay, commonSettings)
  const emulator = add('emulator', "run Fatture in Cloud's side alone", () => import('./emulator.ts'))
    .option('--port <port>', 'port (default: 4622, or the next free one)', readPort)
    .option('--state <file>', 'keep subscriptions and key in this file')
  addSettings(emulator, commonSettings)
}

/** What only looks. */
function addReading(add: Add): void {
  const list = add('list [filter...]', 'list notifications, the newest first', () => import('./list.ts'))
    .option('-n, --limit <n>', 'how many at most (default: 20)', readCount)
    .option('-q, --q <filter>', 'the same filter as a flag')
    .addOption(
      new Option('--kind <kind>', 'of this kind').choices(['verification', 'welcome', 'event', 'unknown']),
    )
    .option('--type <type>', 'of this event type or group type; may end in *')
    .addOption(
      new Option('--signature <outcome>', 'with this signature').choices(['valid', 'invalid', 'missing']),
    )
    .addOption(new Option('--delivery <verdict>', 'whose last delivery ended so').choices(verdicts))
    .option('--since <time>', 'not before: 10m, 2h, 3d, today, 10:30, 2026-03-01', readMoment)
    .option('--until <time>', 'before: the same forms', readMoment)
  addSettings(list, commonSettings)
  const show = add('show <n>', 'show one notification whole; "last" is the newest', () => import('./show.ts'))
    .option('--body', 'only the raw body')
    .option('--resources', 'with the resources behind its ids, fetched with your token; 20 at a time')
    .option('--offset <n>', 'with --resources: leave out so many ids', readCount)
  addSettings(show, [...commonSettings, 'apiBase'])
  const types = add('types [text]', 'list event types and group types', () => import('./types.ts'))
  addSettings(types, commonSettings)
  const keys = add(
    'keys',
    'print the dev key and the key that notifications are signed with',
    () => import('./keys.ts'),
  )
  addSettings(keys, [...commonSettings, 'emulator', 'publicKey'])
  const env = add(
    'env',
    'print what your app has to know: keys, audiences, API',
    () => import('./env.ts'),
  ).option('--write <file>', 'set the variables in this file, .env.local for example')
  addSettings(env, [
    ...commonSettings,
    'forwardTo',
    'emulator',
    'publicKey',
    'publicUrl',
    'tunnel',
    'sinkPort',
    'emulatorPort',
    'apiBase',
  ])
  const open = add('open', 'open the inspector of the running daemon', () => import('./open.ts')).option(
    '--revoke',
    'sign out all browsers and void unused links, instead of opening one',
  )
  addSettings(open, [...commonSettings, 'open'])
}

const verdicts = ['delivered', 'retried', 'dropped', 'subscription-deleted', 'pending', 'none']

/** What changes what is kept. */
function addUpkeep(add: Add): void {
  const exporting = add('export', 'write notifications to a file or stdout', () => import('./export.ts'))
    .addOption(
      new Option('--format <format>', 'ndjson is lossless').choices(['ndjson', 'har']).default('ndjson'),
    )
    .option('-o, --out <file>', 'the file; stdout when left out')
    .option('--fixtures', 'for tests: the newest genuine notification of each event type')
    .option('--dir <folder>', 'with --fixtures: a JSON file for each type, in this folder')
    .option('--type <type>', 'with --fixtures: only of this type; * at the end for any rest')
    .option('--with-tokens', 'with --fixtures: keep the tokens, which name company, app and sink')
  addSettings(exporting, commonSettings)
  exporting.addHelpText(
    'after',
    `
An export is whole: it has ids, tokens and what your app answered. A fixture is meant for a repository: its token,
the secret path and the headers of tunnels are replaced or left out; ids and the number of the company stay. As NDJSON,
import reads it; in a folder, each file has method, headers and body as a test sends them.`,
  )
  const importing = add('import <file>', 'read what export wrote; - is stdin', () => import('./import.ts'))
  addSettings(importing, commonSettings)
  importing.addHelpText(
    'after',
    `
An import drops nothing. What exceeds --keep or --keep-days of the running fic-dev, or of the configuration, is left
out and reported, for a file before the import starts; the exit code is then 1. Notifications that are there already are skipped.`,
  )
  const clear = add('clear [n...]', 'remove notifications: these, or all', () => import('./clear.ts'))
  addSettings(clear, [...commonSettings, 'yes'])
}
