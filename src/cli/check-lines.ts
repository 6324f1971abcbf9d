/** The lines of `fic-dev check` for people. Pure. */

import type { CheckResult, Outcome } from '../check/case.ts'
import type { CheckSummary } from '../check/summary.ts'
import type { Colors } from './output.ts'
import { visible } from './visible.ts'

const nameWidth = 18

/** One row of the table; below it, where something is not right, what it costs. */
export function caseText(result: CheckResult, colors: Colors): string {
  const { name, title, outcome, status, durationMs, says, expected, cost } = result
  const answer = status === null ? '' : String(status)
  const took = durationMs === null ? '' : `${Math.round(durationMs)}ms`
  const row = [
    paint(outcome, colors)(outcome.padEnd(8)),
    name.padEnd(nameWidth),
    answer.padStart(3),
    took.padStart(7),
    title,
  ].join('  ')
  if (name === 'start' && outcome === 'right') return `${row}: ${visible(says)}`
  if (outcome === 'right') return row
  const explained = [`got ${visible(says)}; expected ${expected}`, ...(cost === null ? [] : [visible(cost)])]
  return [row, ...explained.map((line) => `          ${colors.dim(line)}`)].join('\n')
}

/** `19 right, 2 careless, 1 wrong`, with what explains many results at once. */
export function summaryText({ counts, advice, passed }: CheckSummary, colors: Colors): string {
  const told = (Object.keys(counts) as Outcome[]).filter((outcome) => counts[outcome] > 0)
  const numbers = told.map((outcome) => paint(outcome, colors)(`${counts[outcome]} ${outcome}`)).join(', ')
  const verdict = passed ? 'This receiver is right' : 'This receiver is not right yet'
  return [`${colors.bold(verdict)}: ${numbers}.`, ...advice.map((line) => `  ${line}`)].join('\n')
}

function paint(outcome: Outcome, colors: Colors): (text: string) => string {
  switch (outcome) {
    case 'right':
      return colors.green
    case 'careless':
      return colors.yellow
    case 'wrong':
      return colors.red
    case 'skipped':
      return colors.dim
  }
}
