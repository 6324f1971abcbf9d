/** Says what is wrong with an option that the command does not take: whose it is, what was meant, or what is missing. */

import type { Command, CommanderError, Option } from 'commander'
import { longFlag, settingKeys, settings } from '../config/settings.ts'
import { nearest } from '../config/spelling.ts'
import { FicDevError } from '../errors.ts'
import { usageHint } from './examples.ts'
import { helpHint, toUsageError } from './failure.ts'

/** The usage error for what commander has refused. `hint` is that of the command. */
export function explainUsage(program: Command, command: Command, error: CommanderError): FicDevError {
  const hint = command.name() === 'start' ? undefined : usageHint(command)
  const given = /'([^']+)'/.exec(error.message)?.[1] ?? ''
  if (error.code === 'commander.unknownOption') return explainUnknown(program, command, given, hint)
  if (error.code === 'commander.optionMissingArgument') return valueMissing(command, given)
  const value = /argument '([^']+)' is invalid/.exec(error.message)?.[1]
  if (value !== undefined && isFlag(command, value)) return valueMissing(command, given, value)
  return toUsageError(error, hint)
}

/**
 * commander takes whatever follows as the value, also the next flag.
 * @throws FicDevError USAGE
 */
export function refuseFlagsAsValues(command: Command): void {
  for (const option of command.options) {
    if (command.getOptionValueSource(option.attributeName()) !== 'cli') continue
    const values = [command.getOptionValue(option.attributeName())].flat()
    const flag = values.find((value): value is string => typeof value === 'string' && isFlag(command, value))
    if (option.required && flag !== undefined) throw valueMissing(command, option.flags, flag)
  }
}

function valueMissing(command: Command, flags: string, instead?: string): FicDevError {
  const option = command.options.find((candidate) => candidate.flags === flags)
  const name = option?.long ?? flags
  const value = /<.*>/.exec(flags)?.[0] ?? '<value>'
  const setting = settingOf(name)
  const example = setting === null ? usageHint(command) : `Example: ${name} ${setting.example.text}`
  const found = instead === undefined ? '' : `, and ${nameOf(instead)} is another flag`
  return new FicDevError('USAGE', `${name} needs a value${found}: ${name} ${value}.`, { hint: example })
}

function explainUnknown(program: Command, command: Command, given: string, hint = helpHint): FicDevError {
  const flag = nameOf(given)
  const own = findOption(command, flag)
  if (own !== null)
    return new FicDevError('USAGE', `${flag} takes no value.`, { hint: formsOf(own, command) })

  const positive = flag.replace(/^--no-/, '--')
  const counterpart = positive === flag ? null : findOption(command, positive)
  if (counterpart !== null) {
    const standardly = settingOf(positive)?.standardly
    return new FicDevError('USAGE', `There is no ${flag}: ${positive} takes a value, or is left out.`, {
      hint: standardly ? `Without ${positive}: ${standardly}.` : hint,
    })
  }
  const owned = [flag, positive].find((name) => ownersOf(program, name).length > 0)
  if (owned !== undefined) {
    return new FicDevError('USAGE', belongsTo(program, command, owned), {
      hint: hintOnOwned(program, command, owned),
    })
  }
  const word = flag.replace(/^-+/, '')
  const isCommand = program.commands.some((one) => one.name() === word)
  if (isCommand) {
    return new FicDevError('USAGE', `${flag} is a command, which is written without dashes.`, {
      hint: `Example: fic-dev ${word}`,
    })
  }
  return new FicDevError('USAGE', `Unknown option '${given}'.${meant(program, command, flag)}`, { hint })
}

/** ` Did you mean --limit?`: of the command itself, else of another one, else a command. */
function meant(program: Command, command: Command, flag: string): string {
  // One letter is near to every other.
  if (!/^--?\w{2}/.test(flag)) return ''
  const own = nearest(flag, longFlagsOf(command))
  if (own !== null) return ` Did you mean ${own}?`
  const others = nearest(flag, program.commands.flatMap(longFlagsOf))
  if (others !== null) return ` Did you mean ${others}? ${belongsTo(program, command, others)}`
  const names = program.commands.map((one) => one.name())
  const name = nearest(flag.replace(/^-+/, ''), names)
  return name === null ? '' : ` Did you mean the command "${name}"?`
}

function belongsTo(program: Command, command: Command, flag: string): string {
  const [first = '', ...others] = ownersOf(program, flag)
  const shown = others.length > 4 ? [...others.slice(0, 3), 'others'] : others
  const more = shown.length === 0 ? '' : ` (and to ${shown.join(', ')})`
  return `${flag} belongs to "fic-dev ${first}"${more}, not to "fic-dev ${command.name()}".`
}

/** Commands that ask no daemon. */
const standAlone: ReadonlySet<string> = new Set(['start', 'emulator', 'follow', 'init', 'completion'])

/** What the daemon was started with, its commands find in the data dir. */
function hintOnOwned(program: Command, command: Command, flag: string): string {
  const [first = ''] = ownersOf(program, flag)
  const option = program.commands.flatMap((one) => findOption(one, flag) ?? [])[0]
  const isOfDaemon = first === 'start' && settingOf(option?.long ?? flag) !== null
  if (!isOfDaemon || standAlone.has(command.name())) return `fic-dev ${first} --help shows it.`
  return `Leave it out: "fic-dev ${command.name()}" finds the running fic-dev by its data dir. ${usageHint(command)}`
}

/** `start` first, whose flags are those of the daemon. */
function ownersOf(program: Command, flag: string): string[] {
  return program.commands
    .filter((command) => findOption(command, flag) !== null)
    .map((command) => command.name())
    .toSorted((one, other) => Number(other === 'start') - Number(one === 'start'))
}

function findOption(command: Command, flag: string): Option | null {
  return command.options.find((option) => option.long === flag || option.short === flag) ?? null
}

function isFlag(command: Command, word: string): boolean {
  return findOption(command, nameOf(word)) !== null
}

function longFlagsOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => long ?? [])
}

/** The flag of `--port=1`. */
function nameOf(given: string): string {
  return given.split('=', 1)[0] ?? given
}

function formsOf({ long, short }: Option, command: Command): string {
  const name = long ?? short ?? ''
  const opposite = name.startsWith('--no-') ? name.replace('--no-', '--') : name.replace('--', '--no-')
  return findOption(command, opposite) === null ? `Use ${name} alone.` : `Use ${name} or ${opposite}.`
}

function settingOf(flag: string) {
  const key = settingKeys.find((candidate) => longFlag(settings[candidate]) === flag)
  return key === undefined ? null : settings[key]
}
