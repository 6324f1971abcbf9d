/** Examples at the end of a help. */

import type { Command } from 'commander'
import type { Examples } from './command.ts'
import { typed } from './typed.ts'

const examplesOf = new WeakMap<Command, Examples>()

/** Adds them to the command's help and, the first one, to the hint after wrong usage. */
export function addExamples(command: Command, examples: Examples): void {
  examplesOf.set(command, examples)
  command.addHelpText('after', () => examplesText(examples.map(([line, does]) => [typed(line), does])))
}

function examplesText(examples: Examples): string {
  const width = Math.max(...examples.map(([command]) => command.length))
  return ['', 'Examples:', ...examples.map(([command, does]) => `  ${command.padEnd(width)}   ${does}`)].join(
    '\n',
  )
}

/** What to try after a slip in the use of a command. */
export function usageHint(command: Command): string {
  const example = examplesOf.get(command)?.[0]?.[0]
  return `${example === undefined ? '' : `Example: ${example}. `}fic-dev ${command.name()} --help lists its flags.`
}
