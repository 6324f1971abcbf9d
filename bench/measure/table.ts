/** Prints rows as a table of Markdown, and writes them as JSON. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Goal, Row } from './row.ts'

export interface Result {
  benchmark: string
  quick: boolean
  rows: Row[]
}

const heads = ['what', 'reference', 'fic-dev', 'reference is', 'compared', 'spread', 'goal', 'met']

/** One line per row, ready to be put into a README. */
export function toTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.what,
    row.reference,
    `${short(row.product)} ${row.unit}`.trim(),
    row.referenceValue === null ? '' : `${short(row.referenceValue)} ${row.unit}`.trim(),
    withSign(row.value, row),
    row.spread[0] === row.spread[1] ? '' : `${short(row.spread[0])} to ${short(row.spread[1])}`,
    goalText(row.goal, row),
    row.met === null ? '' : row.met ? 'yes' : 'NO',
  ])
  const widths = heads.map((head, column) =>
    Math.max(...[head, ...lines.map((line) => line[column] ?? '')].map((text) => text.length)),
  )
  const toLine = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [toLine(heads), toLine(widths.map((width) => '-'.repeat(width))), ...lines.map(toLine)].join('\n')
}

function goalText(goal: Goal | null, row: Row): string {
  if (goal === null) return ''
  return 'atLeast' in goal ? `≥ ${withSign(goal.atLeast, row)}` : `≤ ${withSign(goal.atMost, row)}`
}

function withSign(value: number, { comparison, unit }: Row): string {
  return comparison === 'ratio' ? `${short(value)} ×` : `${short(value)} ${unit}`.trim()
}

/** Three digits that count, no more. */
function short(value: number): string {
  if (Math.abs(value) >= 100) return String(Math.round(value))
  return String(Number(value.toPrecision(3)))
}

/** Gives the path of the file that was written. */
export function writeResult(folder: string, { benchmark, quick, rows }: Result): string {
  mkdirSync(folder, { recursive: true })
  const at = new Date()
  const file = join(folder, `${at.toISOString().slice(0, 10)}-${benchmark}${quick ? '-quick' : ''}.json`)
  const content = { benchmark, at: at.toISOString(), node: process.version, quick, rows }
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
  return file
}
