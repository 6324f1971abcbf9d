/** Counts what is kept: per minute by outcome, and per event type. */

import type { HistogramBucket, Outcome } from '../contract/board.ts'
import type { Database, Row } from './database.ts'
import { isPublication } from './deliveries.ts'
import { toWhere, type NotificationFilter } from './filter.ts'
import { lastDelivery } from './filter-terms.ts'

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
  histogram(filter: NotificationFilter, minutes: number, now: Date): HistogramBucket[]
  typeCounts(): TypeCount[]
}

const minuteMs = 60_000
const outcome = `coalesce(${lastDelivery('verdict')}, 'none')`

export function createBoard(database: Database): Board {
  const countTypes = database.prepare(
    `SELECT n.event_type AS type, count(*) AS seen, max(n.seq) AS last_seq, max(n.received_at) AS last_at,
       sum(EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = n.seq AND d.verdict = 'delivered' AND NOT ${isPublication})) AS answered
     FROM notification_search n WHERE n.event_type IS NOT NULL AND n.signature = 'valid' GROUP BY n.event_type`,
  )
  const outcomeOf = database.prepare(
    `SELECT ${outcome} AS outcome FROM notification_search n WHERE n.seq = ?`,
  )
  const histograms = new Map<string, ReturnType<Database['prepare']>>()

  function histogramStatement(where: string) {
    // A statement per shape of filter, kept: libsql leaks one that is forgotten.
    const known = histograms.get(where)
    if (known) return known
    const made = database.prepare(
      `SELECT n.received_at / ${minuteMs} AS minute, ${outcome} AS outcome, count(*) AS number
       FROM notification_search n INDEXED BY notification_search_by_time ${where} GROUP BY 1, 2`,
    )
    histograms.set(where, made)
    return made
  }

  return {
    histogram(filter, minutes, now) {
      const last = Math.floor(now.getTime() / minuteMs)
      const first = last - minutes + 1
      const buckets = Array.from({ length: minutes }, (_, index): HistogramBucket => ({
        at: new Date((first + index) * minuteMs).toISOString(),
        counts: {},
      }))
      const { where, parameters } = toWhere({ ...filter, since: new Date(first * minuteMs) })
      for (const value of histogramStatement(where).all(parameters)) {
        const row = value as Row
        const bucket = buckets[Number(row['minute']) - first]
        if (bucket) bucket.counts[row['outcome'] as Outcome] = Number(row['number'])
      }
      return buckets
    },
    typeCounts: () =>
      countTypes.all([]).map((value) => {
        const row = value as Row
        const lastSeq = Number(row['last_seq'])
        return {
          type: String(row['type']),
          seen: Number(row['seen']),
          answered: Number(row['answered']),
          lastSeq,
          lastAt: new Date(Number(row['last_at'])),
          lastOutcome: (outcomeOf.get([lastSeq]) as Row)['outcome'] as Outcome,
        }
      }),
  }
}
