/** Says what is wrong with a word that is no command where a command should stand. */

import type { Command } from 'commander'
import { didYouMean } from '../config/spelling.ts'
import { FicDevError } from '../errors.ts'
import { helpHint } from './failure.ts'

/** @throws FicDevError USAGE, where there is such a word. */
export function refuseArguments(program: Command, [first]: readonly string[]): void {
  if (first === undefined) return
  const names = program.commands.map((command) => command.name())
  if (names.includes(first)) {
    throw new FicDevError('USAGE', `The command ${first} comes before the flags.`, {
      hint: exampleWithFlags(program, first),
    })
  }
  if (isAddress(first)) {
    const target = /^\d+$/.test(first) ? `localhost:${first}/webhooks` : first
    throw new FicDevError('USAGE', `Unknown command "${first}", which looks like the address of your app.`, {
      hint: `To forward notifications there: fic-dev --forward-to ${target}`,
    })
  }
  throw new FicDevError('USAGE', `Unknown command "${first}".${didYouMean(first, names)}`, {
    hint: helpHint,
  })
}

/** `3000`, `:3000`, `localhost:3000`, `http://…`, `app.test/webhooks`. */
function isAddress(word: string): boolean {
  return /^(?:\d{2,5}$|:\d|[\w.-]+:\d|https?:|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[:/]|$)|localhost\b)/i.test(
    word,
  )
}

/** An example with those of the given flags that the command takes; the others are named. */
function exampleWithFlags(program: Command, name: string): string {
  const command = program.commands.find((one) => one.name() === name)
  const given = program.args
    .filter((word) => word.startsWith('-'))
    .map((word) => word.split('=', 1)[0] ?? word)
  const find = (flag: string) => command?.options.find(({ long, short }) => long === flag || short === flag)
  const own = given.flatMap((flag) => find(flag) ?? [])
  const others = given.filter((flag) => find(flag) === undefined)
  const flags = own.map((option) => ` ${option.long}${option.required ? ' …' : ''}`).join('')
  const refused = others.length === 0 ? '' : ` It does not take ${others.join(', ')}.`
  return `Example: fic-dev ${name}${flags}.${refused}`
}
