/** Walks through rows in portions that SQLite reads within a few milliseconds each: libsql can't interrupt a statement. */

import { createTurns, turnMs } from '../turns.ts'
import type { Database, Row } from './database.ts'

/** A portion of notifications by `seq`: from one, to one before the other. */
export interface Portion {
  from: number
  before: number
}

/** Returns a function that returns the range of all notifications that are kept. */
export function createKeptRange(database: Pick<Database, 'prepare'>): () => Portion {
  const ends = database.prepare('SELECT min(seq) AS first, max(seq) AS last FROM notification_search')
  return () => {
    const { first, last } = ends.get([]) as Row
    return { from: Number(first ?? 0), before: Number(last ?? -1) + 1 }
  }
}

export interface PortionsOptions {
  /** Size of the first portion. */
  size: number
  /** Returns where a portion has to begin if it must be smaller than planned. */
  cut?(portion: Portion): number
}

/**
 * Yields the portions of a range, the newest first. Each is as large as the time that the caller needed for the one before
 * allows. Between them, others have their turn.
 */
export async function* portionsOf(
  { from, before: end }: Portion,
  { size: firstSize, cut = (portion) => portion.from }: PortionsOptions,
): AsyncGenerator<Portion, void> {
  const turn = createTurns()
  let size = firstSize
  let before = end
  while (before > from) {
    const portion = { from: Math.max(from, before - size), before }
    portion.from = cut(portion)
    const startedAt = performance.now()
    yield portion
    size = nextSize(size, performance.now() - startedAt)
    before = portion.from
    await turn()
  }
}

/** Where a portion ends, or begins again. */
export interface TimeCursor {
  /** In milliseconds. */
  at: number
  seq: number
}

/** The same by time of arrival, the oldest first. `find` returns where a portion that begins at a cursor ends, if it does. */
export async function* timePortions(
  start: TimeCursor,
  { size: firstSize, find }: { size: number; find(start: TimeCursor, size: number): TimeCursor | null },
): AsyncGenerator<{ start: TimeCursor; end: TimeCursor }, void> {
  const turn = createTurns()
  let size = firstSize
  let next: TimeCursor | null = start
  while (next !== null) {
    const startedAt = performance.now()
    const begin: TimeCursor = next
    next = find(begin, size)
    yield { start: begin, end: next ?? { at: Number.MAX_SAFE_INTEGER, seq: 0 } }
    size = nextSize(size, performance.now() - startedAt)
    await turn()
  }
}

/** Beyond this, a portion needs no larger one to follow. */
const largestSize = 2 ** 30

function nextSize(size: number, tookMs: number): number {
  if (tookMs < turnMs / 4) return Math.min(largestSize, size * 4)
  return tookMs > turnMs ? Math.max(1, Math.floor(size / 2)) : size
}
