/** The report of `fic-dev check` for people. Pure. */

import type { CheckResult, Outcome } from '../../check/case.ts'
import { toBlocks, type Block, type CheckSummary } from '../../check/summary.ts'
import { sayCause } from '../../http/causes.ts'
import { causeText } from './hints.ts'
import type { Colors } from '../output.ts'
import { visible } from './visible.ts'

const nameWidth = 18

/** One row of the table. */
export function caseText(
  { name, title, outcome, status, durationMs, says }: CheckResult,
  colors: Colors,
): string {
  const answer = status === null ? '' : String(status)
  const took = durationMs === null ? '' : `${Math.round(durationMs)}ms`
  const row = [
    paint(outcome, colors)(outcome.padEnd(8)),
    name.padEnd(nameWidth),
    answer.padStart(3),
    took.padStart(7),
    title,
  ].join('  ')
  return name === 'start' ? `${row}: ${visible(says)}` : row
}

/** What was not answered as expected, by answer; and `19 right, 2 careless, 1 wrong`. */
export function summaryText(
  { counts, advice, passed }: CheckSummary,
  results: readonly CheckResult[],
  colors: Colors,
): string {
  const told = (Object.keys(counts) as Outcome[]).filter((outcome) => counts[outcome] > 0)
  const numbers = told.map((outcome) => paint(outcome, colors)(`${counts[outcome]} ${outcome}`)).join(', ')
  const verdict = passed ? 'This receiver is right' : 'This receiver is not right yet'
  const blocks = toBlocks(results)
  const said = new Set(blocks.flatMap(({ result: { cause } }) => (cause ? [sayCause(cause)] : [])))
  return [
    ...blocks.map((block) => `\n${blockText(block, colors)}`),
    ...(blocks.length > 0 ? [''] : []),
    `${colors.bold(verdict)}: ${numbers}.`,
    ...advice.filter((line) => !said.has(line)).map((line) => `  ${line}`),
  ].join('\n')
}

function blockText({ result, names, expected, consequence, reasons }: Block, colors: Colors): string {
  const { outcome, status, says, cause, body } = result
  const got = status === null ? `No answer: ${visible(says)}.` : `Got ${visible(says)}.`
  const lines = [
    ...(cause === null ? [got] : causeText(cause, body).split('\n')),
    ...expected.map(
      ({ names: those, words }) =>
        `${expected.length === 1 ? 'Expected' : `Expected for ${those.join(', ')}`}: ${words}.`,
    ),
    ...(consequence === null ? [] : [consequence]),
    ...toReasonLines(reasons),
  ]
  return [paint(outcome, colors)(names.join(', ')), ...lines.map((line) => `  ${line}`)].join('\n')
}

/** Each reason once, with its cases if there are several reasons. */
function toReasonLines(reasons: Block['reasons']): string[] {
  const groups = new Map<string, string[]>()
  for (const { name, reason } of reasons) groups.set(reason, [...(groups.get(reason) ?? []), name])
  return [...groups].map(([reason, names]) =>
    groups.size === 1 ? visible(reason) : `${names.join(', ')}: ${visible(reason)}`,
  )
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
