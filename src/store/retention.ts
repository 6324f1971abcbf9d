/** Drops the oldest: on opening, after many captures, and every hour, so that an idle store ages too. */

import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { dropStart, type Drop, type DropKind } from './drop.ts'
import type { Notifications } from './notifications.ts'
import type { Steps } from './steps.ts'

export interface RetentionOptions {
  notifications: Pick<Notifications, 'count' | 'countImported' | 'lastSeq' | 'newestAt' | 'lastUnverified'>
  drop: Pick<Drop, 'some'>
  /** How many notifications are kept; `null`: nothing is dropped. */
  keep: number | null
  /** For how many days; `null`: whatever their age. */
  keepDays: number | null
  /** What is kept takes so many bytes on disk at least; 1 GiB if left out. */
  leastBytes?: number | undefined
  /** `false`: nothing is dropped by this process, though an import keeps to the limits. */
  isPruning: boolean
  /** What the store takes on disk. */
  usedBytes(): number
  log: Logger
  now(): Date
}

export interface Retention {
  /** What an import may bring in; `null`: everything. */
  forImport(): ImportLimits | null

  /** Something was captured. Looks only once in a while: it costs a scan of an index. */
  captured(): void
  /** Resolves when everything is dropped that has to be. */
  ended(): Promise<void>
  close(): void
}

/** An import drops nothing: what exceeds these is left out. */
export interface ImportLimits {
  keep: number
  keepDays: number | null
  /** How many more are kept. */
  room: number
  /** How many more bytes are kept. */
  roomBytes: number
  /** What was received earlier is not kept. */
  before: Date | null
}

/** How many unsigned or invalid captures are kept. */
const keepUnverified = 500

/** Twice what a usual notification takes on disk. */
const bytesEach = 8 * 1024

const dayMs = 24 * 60 * 60_000
const everyMs = 60 * 60_000

const nothingToDo = { captured: () => {}, ended: async () => {}, close: () => {} }

export function startRetention(
  steps: Steps,
  {
    notifications,
    drop,
    keep: limit,
    keepDays,
    leastBytes = 1024 ** 3,
    isPruning,
    usedBytes,
    log,
    now,
  }: RetentionOptions,
): Retention {
  if (limit === null) return { ...nothingToDo, forImport: () => null }
  const keep = limit
  const keepBytes = Math.max(leastBytes, keep * bytesEach)
  const before = () => (keepDays === null ? null : oldestKept(now(), keepDays))
  const forImport = () => ({
    keep,
    keepDays,
    room: Math.max(0, keep - notifications.count()),
    roomBytes: Math.max(0, keepBytes - usedBytes()),
    before: before(),
  })
  if (!isPruning) return { ...nothingToDo, forImport }
  const pruneEvery = Math.max(50, Math.min(500, Math.floor(keep / 20)))
  let sincePrune = 0
  /** Of those that exceed the limits, how many stayed the last time, because they wait for a delivery. */
  let busy = 0
  let isWanted = false
  let running: Promise<void> | null = null
  const closing = new AbortController()

  function prune(): void {
    isWanted = true
    running ??= dropWhileWanted().finally(() => {
      running = null
      // It was asked for when the last look was over.
      if (isWanted && !closing.signal.aborted) prune()
    })
  }

  async function dropWhileWanted(): Promise<void> {
    try {
      while (isWanted && !closing.signal.aborted) {
        isWanted = false
        sincePrune = 0
        await dropAll()
      }
    } catch (error) {
      isWanted = false
      log.warn({ reason: messageOf(error) }, 'old notifications could not be dropped')
    }
  }

  /** Imported ones first, then captured ones, each by `seq`. */
  async function dropAll(): Promise<void> {
    const lastSeq = notifications.lastSeq()
    const excess = Math.max(0, notifications.count() - keep)
    const imported = Math.min(excess, notifications.countImported())
    const lastUnverified = notifications.lastUnverified(keepUnverified)
    const time = before()?.getTime()
    busy = 0
    await walk('imported', { end: lastSeq, looks: imported })
    await walk('captured', { end: lastSeq, looks: excess - imported })
    if (lastUnverified !== null) await walk('unverified', { end: lastUnverified })
    if (time !== undefined) await walk('old', { end: time })
    await walk('imported', { end: lastSeq, most: excessOfBytes })
    await walk('captured', { end: lastSeq, most: excessOfBytes })
  }

  /** About how many notifications take what the store exceeds its bytes by. */
  function excessOfBytes(): number {
    const bytes = usedBytes()
    return bytes <= keepBytes ? 0 : Math.ceil(((bytes - keepBytes) / bytes) * notifications.count())
  }

  interface Walk {
    end: number
    /** How many of the oldest it is about. */
    looks?: number
    /** How many a step may drop; with 0, the walk ends. */
    most?(): number
  }

  async function walk(kind: DropKind, { end, looks = Infinity, most = () => Infinity }: Walk): Promise<void> {
    if (looks === 0 || most() === 0) return
    const { dropped, looked } = await steps.run(
      { cursor: dropStart, looked: 0, dropped: 0 },
      (state, size) => {
        const limit = Math.min(size, looks - state.looked, Math.max(1, most()))
        const some = drop.some(kind, state.cursor, { end, limit })
        const looked = state.looked + some.looked
        return {
          state: { cursor: some.cursor, looked, dropped: state.dropped + some.dropped },
          isMore: !closing.signal.aborted && some.looked === limit && looked < looks && most() > 0,
        }
      },
    )
    busy += looked - dropped
    if (dropped > 0) log.debug({ kind, dropped }, 'old notifications dropped')
  }

  /** If even the newest is older by our clock, the clock may be wrong: the age is measured from the newest. */
  function oldestKept(clock: Date, days: number): Date {
    const start = clock.getTime() - days * dayMs
    const newest = notifications.newestAt(clock)?.getTime() ?? clock.getTime()
    return new Date(newest < start ? newest - days * dayMs : start)
  }

  const timer = setInterval(prune, everyMs).unref()
  prune()
  return {
    forImport,
    captured() {
      // While many wait for a delivery, each look walks past all of them.
      if (++sincePrune >= Math.max(pruneEvery, busy / 10)) prune()
    },
    ended: async () => void (await running),
    close() {
      // The step under way is the last one; the next start goes on from there.
      closing.abort()
      clearInterval(timer)
    },
  }
}
