/** What the private API counts: notifications per minute by outcome, and which event types were seen. */

import type { Outcome } from './vocabulary.ts'

/** `GET /api/histogram?minutes&q`: the latest minutes, oldest first, empty ones included. */
export interface HistogramAnswer {
  buckets: HistogramBucket[]
}

export interface HistogramBucket {
  /** Where the minute begins, ISO 8601 in UTC. */
  at: string
  counts: Partial<Record<Outcome, number>>
}

/** `GET /api/coverage`: every event type that is known, and others that were seen. */
export interface CoverageAnswer {
  items: CoverageEntry[]
}

export interface CoverageEntry {
  type: string
  /** Without the prefix `it.fattureincloud.webhooks.`. */
  shortName: string
  /** Whether the subscription that fic-dev keeps holds it. */
  held: boolean
  /** Genuine notifications of this type that are kept. */
  seen: number
  /** Those of them that the target has answered well at least once. */
  answered: number
  /** The newest of them. */
  lastSeq: number | null
  lastAt: string | null
  /** What became of the newest. */
  lastOutcome: Outcome | null
}
