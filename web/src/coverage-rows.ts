/** Lays the event types out as a board: a row for each thing, a column for each thing that can happen to it. Pure. */

import type { CoverageEntry } from '../../src/contract/board.ts'

export const columns = ['create', 'update', 'delete', 'email_sent', 'other'] as const
type Column = (typeof columns)[number]

export interface CoverageRow {
  /** The short name without its last part. */
  thing: string
  cells: Partial<Record<Column, CoverageEntry[]>>
}

export type CellState = 'unheld' | 'unseen' | 'good' | 'waiting' | 'bad'

export function toRows(entries: CoverageEntry[]): CoverageRow[] {
  const rows = new Map<string, CoverageRow>()
  for (const entry of entries) {
    const dot = entry.shortName.lastIndexOf('.')
    const thing = entry.shortName.slice(0, Math.max(0, dot))
    const action = entry.shortName.slice(dot + 1)
    const column = columns.find((each) => each === action) ?? 'other'
    const row = rows.get(thing) ?? { thing, cells: {} }
    row.cells[column] = [...(row.cells[column] ?? []), entry]
    rows.set(thing, row)
  }
  return [...rows.values()]
}

export function stateOf({ held, seen, answered, lastOutcome }: CoverageEntry): CellState {
  if (seen === 0) return held ? 'unseen' : 'unheld'
  if (answered > 0) return 'good'
  return lastOutcome === 'none' || lastOutcome === 'pending' ? 'waiting' : 'bad'
}

export const stateWords: Record<CellState, string> = {
  unheld: 'not subscribed to',
  unseen: 'subscribed, never seen',
  good: 'seen and answered well',
  waiting: 'seen, not handed on yet',
  bad: 'seen, never answered well',
}
