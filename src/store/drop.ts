/** Drops notifications, a few at a time and each kind from its oldest on. */

import type { Database, Row } from './database.ts'

/** What is dropped first, and for which reason. */
export type DropKind = 'imported' | 'captured' | 'unverified' | 'old'

/** How far a walk through the notifications of a kind has come. */
export interface DropCursor {
  seq: number
  /** In milliseconds; only `old` ones are in order of time. */
  at: number
}

interface Dropped {
  /** How many were looked at, whether or not they may be dropped. */
  looked: number
  dropped: number
  cursor: DropCursor
}

interface DropLimits {
  /** The last `seq`, or, of `old` ones, the first time in milliseconds that is kept. */
  end: number
  /** How many are looked at. */
  limit: number
}

export interface Drop {
  /** One that waits for a delivery, or is being delivered, stays. */
  some(kind: DropKind, cursor: DropCursor, limits: DropLimits): Dropped
  /** Removes the oldest up to a `seq`, whatever waits for them; returns whether there are more. */
  removeUpTo(seq: number, limit: number): boolean
}

/** Before all of them. */
export const dropStart: DropCursor = { seq: 0, at: Number.MIN_SAFE_INTEGER }

/** SQL: whether notification `n` was captured here. */
export const isCaptured = 'NOT EXISTS (SELECT 1 FROM imported i WHERE i.seq = n.seq)'

const isBusy = `EXISTS (SELECT 1 FROM jobs j WHERE j.seq = n.seq) OR
  EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = n.seq AND d.verdict = 'pending')`

export function createDrop(database: Database): Drop {
  const select = (source: string) =>
    database.prepare(`SELECT n.seq, ${isBusy} AS is_busy, 0 AS at FROM ${source} n.seq > :seq AND n.seq <= :end
      ORDER BY n.seq LIMIT :limit`)
  const statements = {
    imported: select('imported n WHERE'),
    captured: select(`notifications n WHERE ${isCaptured} AND`),
    unverified: select(`notifications n WHERE n.signature <> 'valid' AND ${isCaptured} AND`),
    // Of one with a token from the future, the time of arrival is known to be wrong.
    old: database.prepare(
      `SELECT n.seq, n.received_at AS at, ${isBusy} OR EXISTS
         (SELECT 1 FROM notifications o WHERE o.seq = n.seq AND instr(o.details, '"verdict":"ahead"') > 0) AS is_busy
       FROM notification_search n INDEXED BY notification_search_by_time
       WHERE n.received_at < :end AND n.received_at >= :at AND (n.received_at > :at OR n.seq > :seq)
       ORDER BY n.received_at, n.seq LIMIT :limit`,
    ),
  } satisfies Record<DropKind, unknown>
  const deleteThese = database.prepare(
    'DELETE FROM notifications WHERE seq IN (SELECT value FROM json_each(?))',
  )
  const deleteOldest = database.prepare(
    'DELETE FROM notifications WHERE seq IN (SELECT seq FROM notifications WHERE seq <= ? ORDER BY seq LIMIT ?)',
  )

  return {
    some(kind, { seq, at }, { end, limit }) {
      const parameters = { seq, end, limit, ...(kind === 'old' && { at }) }
      const rows = statements[kind].all(parameters) as Row[]
      const free = rows.filter((row) => row['is_busy'] === 0).map((row) => row['seq'])
      if (free.length > 0) deleteThese.run([JSON.stringify(free)])
      const last = rows.at(-1)
      return {
        looked: rows.length,
        dropped: free.length,
        cursor: last ? { seq: Number(last['seq']), at: Number(last['at']) } : { seq, at },
      }
    },
    removeUpTo: (seq, limit) => deleteOldest.run([seq, limit]).changes === limit,
  }
}
