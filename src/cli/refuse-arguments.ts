/** Says what is wrong with a word that is no command where a command should stand. */

import type { Command } from 'commander'
import { didYouMean } from '../config/spelling.ts'
import { FicDevError } from '../errors.ts'

/** @throws FicDevError USAGE, where there is such a word. */
export function refuseArguments(program: Command, [first]: readonly string[]): void {
  if (first === undefined) return
  const names = program.commands.map((command) => command.name())
  if (names.includes(first)) {
    throw new FicDevError('USAGE', `The command ${first} has to stand before the flags.`, {
      hint: `Example: fic-dev ${first} --json`,
    })
  }
  throw new FicDevError('USAGE', `There is no command "${first}".${didYouMean(first, names)}`, {
    hint: 'fic-dev --help shows all commands and flags.',
  })
}
