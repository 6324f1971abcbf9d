/** Counts what is kept: per minute by outcome, and per event type. */

import type { HistogramBucket } from '../contract/board.ts'
import type { Outcome } from '../contract/vocabulary.ts'
import type { Database, Row } from './database.ts'
import { filterSql, lastDelivery, toParameters, type NotificationFilter } from './filter/sql.ts'
import { createKeptRange, portionsOf, timePortions, type TimeCursor } from './portions.ts'

/** What is kept of one event type; genuine notifications only. */
export interface TypeCount {
  type: string
  seen: number
  answered: number
  lastSeq: number
  lastAt: Date
  lastOutcome: Outcome
}

export interface Board {
  /** One bucket a minute, oldest first, empty ones included; the last is the minute of `now`. */
  histogram(filter: NotificationFilter, minutes: number, now: Date): Promise<HistogramBucket[]>
  typeCounts(): Promise<TypeCount[]>
}

const minuteMs = 60_000
const outcome = `coalesce(${lastDelivery('d.verdict')}, 'none')`

/** Rows of the first portion; a single one may take milliseconds if texts are looked through. */
const firstSize = 64

export function createBoard(database: Database): Board {
  const countTypes = database.prepare(
    `SELECT n.event_type AS type, count(*) AS seen, max(n.seq) AS last_seq, max(n.received_at) AS last_at,
       sum(EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = n.seq AND d.verdict = 'delivered' AND d.channel = 'app')) AS answered
     FROM notification_search n NOT INDEXED
     WHERE n.seq >= :from AND n.seq < :before AND n.event_type IS NOT NULL AND n.signature = 'valid'
     GROUP BY n.event_type`,
  )
  const outcomeOf = database.prepare(
    `SELECT ${outcome} AS outcome FROM notification_search n WHERE n.seq = ?`,
  )
  const keptRange = createKeptRange(database)
  const byTime = 'notification_search n INDEXED BY notification_search_by_time'
  const fromStart = 'n.received_at >= :at AND (n.received_at > :at OR n.seq >= :seq)'
  const portionEnd = database.prepare(
    `SELECT n.received_at AS at, n.seq FROM ${byTime} WHERE ${fromStart}
     ORDER BY n.received_at, n.seq LIMIT 1 OFFSET :size`,
  )
  const countMinutes = database.prepare(
    `SELECT n.received_at / ${minuteMs} AS minute, ${outcome} AS outcome, count(*) AS number
     FROM ${byTime} WHERE ${fromStart}
       AND n.received_at <= :endAt AND (n.received_at < :endAt OR n.seq < :endSeq) AND ${filterSql}
     GROUP BY 1, 2`,
  )

  function findEnd(start: TimeCursor, size: number): TimeCursor | null {
    const row = portionEnd.get({ ...start, size }) as Row | undefined
    return row === undefined ? null : { at: Number(row['at']), seq: Number(row['seq']) }
  }

  return {
    async histogram(filter, minutes, now) {
      const last = Math.floor(now.getTime() / minuteMs)
      const first = last - minutes + 1
      const buckets = Array.from({ length: minutes }, (_, index): HistogramBucket => ({
        at: new Date((first + index) * minuteMs).toISOString(),
        counts: {},
      }))
      const parameters = toParameters(filter)
      const portions = timePortions({ at: first * minuteMs, seq: 0 }, { size: firstSize, find: findEnd })
      for await (const { start, end } of portions) {
        const cursors = { ...start, endAt: end.at, endSeq: end.seq }
        for (const value of countMinutes.all({ ...parameters, ...cursors })) {
          const row = value as Row
          const counts = buckets[Number(row['minute']) - first]?.counts
          const name = row['outcome'] as Outcome
          if (counts) counts[name] = (counts[name] ?? 0) + Number(row['number'])
        }
      }
      return buckets
    },
    async typeCounts() {
      const counts = new Map<string, Omit<TypeCount, 'lastOutcome'>>()
      for await (const portion of portionsOf(keptRange(), { size: firstSize })) {
        for (const row of countTypes.all({ ...portion }) as Row[]) {
          const count = toTypeCount(row)
          const newer = counts.get(count.type)
          counts.set(count.type, newer === undefined ? count : sumOf(newer, count))
        }
      }
      return [...counts.values()].map((count) => ({
        ...count,
        lastOutcome: ((outcomeOf.get([count.lastSeq]) as Row | undefined)?.['outcome'] ?? 'none') as Outcome,
      }))
    },
  }
}

function toTypeCount(row: Row): Omit<TypeCount, 'lastOutcome'> {
  return {
    type: String(row['type']),
    seen: Number(row['seen']),
    answered: Number(row['answered']),
    lastSeq: Number(row['last_seq']),
    lastAt: new Date(Number(row['last_at'])),
  }
}

function sumOf<Count extends Omit<TypeCount, 'lastOutcome'>>(newer: Count, older: Count): Count {
  return {
    ...newer,
    seen: newer.seen + older.seen,
    answered: newer.answered + older.answered,
    lastAt: newer.lastAt > older.lastAt ? newer.lastAt : older.lastAt,
  }
}
