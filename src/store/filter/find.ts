/** Finds the notifications that a filter means, newest first, without keeping the event loop. */

import type { Database, Row } from '../database.ts'
import { filterSql, looksIntoText, toParameters, typesOf, type NotificationFilter } from './sql.ts'
import { createKeptRange, portionsOf, type Portion } from '../portions.ts'
import { searchedBodyBytes } from '../schema.ts'

interface Found {
  /** Newest first. */
  seqs: number[]
  /** If time was up: all from this `seq` on were looked at, older ones were not. */
  searchedTo: number | null
}

/** Milliseconds after which a search ends and reports how far it got. */
const searchMs = 3_000

/** Rows of the first portion; a single one may take milliseconds if texts are looked through. */
const firstSize = { plain: 1_000, text: 16 }

/** Bodies beyond the searched text are looked through where they are: so many bytes of them in one statement. */
const largestBodiesBytes = 1024 * 1024

export type FindNotifications = (
  filter: NotificationFilter,
  limit: number,
  /** For a test. */
  longestMs?: number,
) => Promise<Found>

export function createFind(database: Database): FindNotifications {
  const find = (source: string) =>
    database.prepare(
      `SELECT n.seq FROM notification_search n ${source} n.seq >= :from AND n.seq < :before AND ${filterSql}
       ORDER BY n.seq DESC LIMIT :limit`,
    )
  const findAny = find('NOT INDEXED WHERE')
  const findOfType = find(
    'INDEXED BY notification_search_by_type WHERE n.event_type IN (SELECT value FROM json_each(:types)) AND',
  )
  const keptRange = createKeptRange(database)
  const firstSince = database.prepare(
    'SELECT min(seq) AS first FROM notification_search WHERE received_at >= ?',
  )
  const largeBodies = database.prepare(
    `SELECT seq, body_bytes FROM notification_search INDEXED BY notification_search_large
     WHERE body_bytes > ${searchedBodyBytes} AND seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ${largestBodiesBytes / searchedBodyBytes + 1}`,
  )

  function rangeOf({ before = Infinity, after = 0 }: NotificationFilter, sinceMs: number | null): Portion {
    const kept = keptRange()
    const first = sinceMs === null ? kept.from : ((firstSince.get([sinceMs]) as Row)['first'] ?? Infinity)
    return { from: Math.max(after + 1, Number(first)), before: Math.min(before, kept.before) }
  }

  /** Begins the portion after the large body that is one too many for it. */
  function cutAtLargeBodies({ from, before }: Portion): number {
    let bytes = 0
    const rows = largeBodies.all([from, before]) as Row[]
    for (const [index, row] of rows.entries()) {
      bytes += Number(row['body_bytes'])
      if (index > 0 && bytes > largestBodiesBytes) return Number(row['seq']) + 1
    }
    return from
  }

  return async (filter, limit, longestMs = searchMs) => {
    const parameters = toParameters(filter)
    const types = typesOf(parameters)
    const isText = looksIntoText(parameters)
    const statement = types === null ? findAny : findOfType
    const fixed = types === null ? parameters : { ...parameters, types }
    const seqs: number[] = []
    const endsAtMs = performance.now() + longestMs
    const options = isText ? { size: firstSize.text, cut: cutAtLargeBodies } : { size: firstSize.plain }
    const range = rangeOf(filter, parameters.since)

    for await (const portion of portionsOf(range, options)) {
      const rows = statement.all({ ...fixed, ...portion, limit: limit - seqs.length }) as Row[]
      for (const row of rows) seqs.push(Number(row['seq']))
      if (seqs.length >= limit) break
      if (performance.now() > endsAtMs && portion.from > range.from) return { seqs, searchedTo: portion.from }
    }
    return { seqs, searchedTo: null }
  }
}
