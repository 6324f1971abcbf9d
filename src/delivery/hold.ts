/** Which notification is tried while a target is at fault. Pure. */

import type { Job } from '../store/jobs.ts'

/** How often the oldest fails on a target that accepts connections before it is in doubt; then twice as often, up to this. */
const firstLimit = 2
const highestLimit = 16

/** So many at the head of the queue may make the app crash, one after the other. */
export const mostCandidates = 16

/** Between tries after the first ten minutes. */
const longPauseMs = 10_000
const longAfterMs = 10 * 60_000

/**
 * The oldest is tried again and again, so that the order is kept. If it fails although the target accepts connections,
 * it may be the one that makes the app crash: the next is tried once. If that fails as well, the target is probably at
 * fault, and the oldest comes first again; after more failures, the one after the next is tried, and so on. Each time the
 * oldest is tried more often before, because the turn of another may come just when the target returns.
 */
export class Hold {
  readonly #since: Date
  readonly #pauseMs: number
  #oldest: number | null = null
  #failures = 0
  #limit = firstLimit
  /** Those at the head of the queue that have failed, the oldest included. */
  readonly #failed = new Map<number, Job>()
  #hasNext = false
  #tried: Job | null = null

  constructor(since: Date, pauseMs: number) {
    this.#since = since
    this.#pauseMs = pauseMs
  }

  /** Whether the oldest may be what makes the target fail, and another one can show it. */
  triesNext(): boolean {
    return this.#hasNext && this.#failures >= this.#limit
  }

  /** @param due the first `mostCandidates` that are due, in order of capture */
  choose(due: readonly Job[]): Job | null {
    const [oldest] = due
    if (oldest === undefined) return null
    if (oldest.id !== this.#oldest) {
      // The one that failed before is no longer waiting.
      this.#failures = 0
      this.#failed.clear()
    }
    this.#oldest = oldest.id
    const next = due.find(({ id }) => id !== oldest.id && !this.#failed.has(id))
    this.#hasNext = next !== undefined
    this.#tried = next && this.triesNext() ? next : oldest
    return this.#tried
  }

  /** The one that was chosen failed. @param wasSent whether the target can have read it */
  failed(id: number, wasSent: boolean): void {
    if (this.#tried?.id !== id) return
    if (wasSent) this.#failed.set(id, this.#tried)
    if (id !== this.#oldest) {
      this.#failures = 0
      this.#limit = Math.min(highestLimit, this.#limit * 2)
    } else if (wasSent) this.#failures += 1
  }

  /** Those that failed before this one was answered, if it is not the oldest: they are at fault, not the target. */
  failedBefore(id: number): Job[] {
    return id === this.#oldest ? [] : [...this.#failed.values()]
  }

  /** Until the next try. */
  pauseMs(now: Date): number {
    return Math.abs(now.getTime() - this.#since.getTime()) < longAfterMs ? this.#pauseMs : longPauseMs
  }
}
