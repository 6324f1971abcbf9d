/** What came from a stream that may bring it again: each arrival is written down, so that it is captured only once. */

import type { Database, Row } from './database.ts'

/** One message of a stream. */
export interface Arrival {
  /** The same for a message that comes again, and for no other. */
  key: string
  /** When the stream got it, by the stream's clock. */
  at: Date
}

export interface Arrivals {
  /** `false` when it was here before. */
  insert(arrival: Arrival): boolean
  /** The stream's time of the newest; `null` when nothing ever came. */
  latest(): Date | null
}

/** Longer than a stream keeps a message, and than a hub tries to publish one. */
const keptMs = 30 * 24 * 60 * 60_000

export function createArrivals(database: Database): Arrivals {
  const insertRow = database.prepare('INSERT OR IGNORE INTO arrivals (key, at) VALUES (?, ?)')
  const selectLatest = database.prepare('SELECT max(at) AS at FROM arrivals')
  // By the stream's clock: ours may be years ahead, and without them all would come again, or from now on only.
  database.prepare('DELETE FROM arrivals WHERE at < (SELECT max(at) FROM arrivals) - ?').run([keptMs])

  return {
    insert: ({ key, at }) => insertRow.run([key, at.getTime()]).changes > 0,
    latest() {
      const { at } = selectLatest.get([]) as Row
      return at === null ? null : new Date(Number(at))
    },
  }
}
