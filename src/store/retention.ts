/** Drops the oldest: on opening, after many captures, and by the hour, so that an idle store ages too. */

import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Limits, Notifications } from './notifications.ts'
import type { WriteQueue } from './write-queue.ts'

export interface RetentionOptions {
  /** How many notifications are kept; `null`: nothing is dropped. */
  keep: number | null
  /** For how many days; `null`: whatever their age. */
  keepDays: number | null
  /** `false`: nothing is dropped by this process, though an import keeps to the limits. */
  isPruning: boolean
  log: Logger
  now(): Date
}

export interface Retention {
  /** What an import may bring in; `null`: everything. */
  forImport(): ImportLimits | null

  /** Something was captured. Looks only once in a while: it costs a scan of an index. */
  captured(): void
  close(): void
}

/** An import drops nothing: what exceeds these is left out. */
export interface ImportLimits {
  keep: number
  keepDays: number | null
  /** How many more are kept. */
  room: number
  /** What was received earlier is not kept. */
  before: Date | null
}

/** How many unsigned or invalid captures are kept (design section 3). */
const keepUnverified = 500

/** Dropping one takes about as long as capturing one. */
const stepSize = 50

const dayMs = 24 * 60 * 60_000
const everyMs = 60 * 60_000

export function startRetention(
  queue: WriteQueue,
  notifications: Pick<Notifications, 'prune' | 'count' | 'newestAt'>,
  { keep: limit, keepDays, isPruning, log, now }: RetentionOptions,
): Retention {
  if (limit === null) return { forImport: () => null, captured: () => {}, close: () => {} }
  const keep = limit
  const limits = (): Limits => ({
    keep,
    keepUnverified,
    before: keepDays === null ? null : oldestKept(now(), keepDays),
  })
  const forImport = () => ({
    keep,
    keepDays,
    room: Math.max(0, keep - notifications.count()),
    before: limits().before,
  })
  if (!isPruning) return { forImport, captured: () => {}, close: () => {} }
  const pruneEvery = Math.max(50, Math.min(500, Math.floor(keep / 20)))
  let sincePrune = 0
  let isWanted = false
  let isRunning = false
  let isClosed = false

  /** In small steps, between which notifications are taken in. */
  async function drop(): Promise<void> {
    isRunning = true
    let dropped = 0
    try {
      while (isWanted) {
        isWanted = false
        sincePrune = 0
        const some = await queue.write(() => notifications.prune(limits(), stepSize))
        isWanted = !isClosed && (isWanted || some > 0)
        dropped += some
      }
      if (dropped > 0) log.debug({ dropped }, 'old notifications dropped')
    } catch (thrown) {
      log.warn({ reason: messageOf(thrown) }, 'old notifications could not be dropped')
    } finally {
      isRunning = false
    }
  }

  /** If even the newest is older by our clock, the clock may be wrong: the age is measured from the newest. */
  function oldestKept(clock: Date, days: number): Date {
    const before = clock.getTime() - days * dayMs
    const newest = notifications.newestAt(clock)?.getTime() ?? clock.getTime()
    return new Date(newest < before ? newest - days * dayMs : before)
  }

  function prune(): void {
    isWanted = true
    if (!isRunning) void drop()
  }

  const timer = setInterval(prune, everyMs).unref()
  prune()
  return {
    forImport,
    captured() {
      if (++sincePrune >= pruneEvery) prune()
    },
    close() {
      // The step under way is the last one; the next start goes on from there.
      isClosed = true
      clearInterval(timer)
    },
  }
}
