/** Finds what can stand where the cursor is: commands, flags, and values of both. */

import path from 'node:path'
import type { Command, Option } from 'commander'
import { readEnvironment } from '../../config/environment.ts'
import { findDataDir, projectFolders } from '../../config/project-folders.ts'
import { longFlag, settingKeys, settings } from '../../config/settings.ts'
import type { CommandDefinition, Completion } from '../command.ts'
import { subjectOf } from '../terminal/lines.ts'
import { latestNotifications } from './latest.ts'

export interface Candidate {
  word: string
  /** In a few words; may be empty. */
  says: string
}

/** `words` are those after the program's name, up to the cursor; the last one is being typed. Never throws. */
export async function findCandidates(
  { program, definitions }: Pick<Place, 'program' | 'definitions'>,
  words: readonly string[],
): Promise<Candidate[]> {
  // bash makes a word of its own of the `=` in `--flag=value`.
  const typed = words.filter((word, index) => word !== '=' || index === words.length - 1)
  const current = typed.at(-1) === '=' ? '' : (typed.at(-1) ?? '')
  const place = readPlace({ program, definitions }, typed.slice(0, -1))
  const found = await candidatesAt(place, current)
  return found.filter(({ word }) => word.startsWith(current))
}

interface Place {
  program: Command
  definitions: readonly CommandDefinition<never>[]
  /** `start` while none is named. */
  command: Command
  isNamed: boolean
  /** The flag whose value comes now. */
  flag: Option | null
  /** How many arguments the command has got. */
  argumentsBefore: number
  words: readonly string[]
}

function readPlace(
  { program, definitions }: Pick<Place, 'program' | 'definitions'>,
  words: readonly string[],
): Place {
  const start = program.commands.find((one) => one.name() === 'start') ?? program
  const place: Place = {
    program,
    definitions,
    command: start,
    isNamed: false,
    flag: null,
    argumentsBefore: 0,
    words,
  }
  for (const word of words) {
    if (place.flag) {
      place.flag = null
    } else if (word.startsWith('-')) {
      const flag = place.command.options.find((one) => one.long === word || one.short === word)
      place.flag = flag?.required ? flag : null
    } else if (place.isNamed) {
      place.argumentsBefore += 1
    } else {
      place.command = program.commands.find((one) => one.name() === word) ?? start
      place.isNamed = true
    }
  }
  return place
}

async function candidatesAt(place: Place, current: string): Promise<Candidate[]> {
  if (place.flag) return valuesOf(place, place.flag, current)
  const inline = /^(--[a-z-]+)=(.*)$/.exec(current)
  if (inline) {
    const flag = place.command.options.find(({ long }) => long === inline[1])
    const values = flag ? await valuesOf(place, flag, inline[2] ?? '') : []
    return values.map(({ word, says }) => ({ word: `${inline[1]}=${word}`, says }))
  }
  if (current.startsWith('-')) return place.command.options.filter(isShown).map(toCandidate)
  if (!place.isNamed) return commandsOf(place.program)
  return argumentValues(place)
}

function isShown({ hidden, long }: Option): boolean {
  return !hidden && long !== undefined
}

function toCandidate({ long, description }: Option): Candidate {
  return { word: long ?? '', says: description }
}

function commandsOf(program: Command): Candidate[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({ word: command.name(), says: command.summary() || command.description() }))
}

/** Whether a word of a list, a number or a word is completed, the command or its setting says. */
async function valuesOf(
  place: Place,
  { long = '', argChoices }: Option,
  current: string,
): Promise<Candidate[]> {
  const own = completionOf(place, long)
  if (own !== undefined) return complete(own, place, current)
  if (argChoices) return toCandidates(argChoices)
  const setting = settingKeys.map((key) => settings[key]).find((one) => longFlag(one) === long)
  const words = setting?.kind.words ?? []
  return setting?.repeatable ? listCandidates(words, current) : toCandidates(words)
}

async function argumentValues(place: Place): Promise<Candidate[]> {
  const { command, argumentsBefore } = place
  const all = command.registeredArguments
  const argument = all[argumentsBefore] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined)
  if (!argument) return []
  const own = completionOf(place, argument.name())
  return own === undefined ? toCandidates(argument.argChoices ?? []) : complete(own, place, '')
}

function completionOf({ definitions, command }: Place, name: string): Completion | undefined {
  return definitions.find((one) => one.name === command.name())?.complete?.[name]
}

async function complete(completion: Completion, place: Place, current: string): Promise<Candidate[]> {
  if (completion === 'numbers') return numbersFor(place)
  const words = await completion.words()
  return completion.isList ? listCandidates(words, current) : toCandidates(words)
}

function toCandidates(words: readonly string[]): Candidate[] {
  return words.map((word) => ({ word, says: '' }))
}

/** Several words, separated by commas: each is offered once. */
function listCandidates(words: readonly string[], current: string): Candidate[] {
  const before = current.slice(0, current.lastIndexOf(',') + 1)
  const taken = before.split(',')
  return toCandidates(words.filter((word) => !taken.includes(word)).map((word) => before + word))
}

async function numbersFor({ words }: Place): Promise<Candidate[]> {
  const latest = await latestNotifications(dataDirOf(words))
  return [
    { word: 'last', says: 'the newest' },
    ...latest.map((notification) => ({ word: String(notification.seq), says: subjectOf(notification) })),
  ]
}

/** The config file is code, and is not run because somebody pressed a key. */
function dataDirOf(words: readonly string[]): string {
  const at = words.indexOf(longFlag(settings.dataDir))
  const cwd = process.cwd()
  const named = at === -1 ? undefined : words[at + 1]
  if (named !== undefined) return path.resolve(cwd, named)
  const variable = settings.dataDir.environment
    .map((name) => readEnvironment(cwd).get(name))
    .find((found) => found !== undefined)
  if (variable !== undefined) return path.resolve(variable.folder, variable.value)
  const { standard } = settings.dataDir
  return findDataDir(projectFolders(cwd), standard) ?? path.resolve(cwd, standard)
}
