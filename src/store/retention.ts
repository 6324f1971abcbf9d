/** Drops the oldest: on opening, after many captures, and by the hour, so that an idle store ages too. */

import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Notifications } from './notifications.ts'
import type { WriteQueue } from './write-queue.ts'

export interface RetentionOptions {
  /** How many notifications are kept; `null`: nothing is dropped. */
  keep: number | null
  /** For how many days; `null`: whatever their age. */
  keepDays: number | null
  log: Logger
  now(): Date
}

export interface Retention {
  /** Something was captured. Looks only once in a while: it costs a scan of an index. */
  captured(): void
  close(): void
}

/** How many unsigned or invalid captures are kept (design section 3). */
const keepUnverified = 500

/** Dropping one takes about as long as capturing one. */
const stepSize = 50

const dayMs = 24 * 60 * 60_000
const everyMs = 60 * 60_000

export function startRetention(
  queue: WriteQueue,
  notifications: Pick<Notifications, 'prune' | 'newestAt'>,
  { keep: limit, keepDays, log, now }: RetentionOptions,
): Retention {
  if (limit === null) return { captured: () => {}, close: () => {} }
  const keep = limit
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
        const before = keepDays === null ? null : oldestKept(now(), keepDays)
        const some = await queue.write(() => notifications.prune({ keep, keepUnverified, before }, stepSize))
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
