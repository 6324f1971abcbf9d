/** Which notification is tried while a target is at fault (design section 5). Pure. */

import type { Job } from '../store/jobs.ts'

/** How often the oldest fails on a target that accepts connections before it is in doubt. */
const firstLimit = 2

/** Between tries after the first ten minutes. */
const longPauseMs = 10_000
const longAfterMs = 10 * 60_000

/**
 * The oldest is tried again and again, so that the order is kept. If it fails although the target accepts connections,
 * it may be the one that makes the app crash: the next is tried once. After each time that the next fails as well, the
 * oldest is tried four times as often before, because its turn may come just when the target returns.
 */
export class Hold {
  readonly #since: Date
  readonly #pauseMs: number
  #oldest: number | null = null
  #failures = 0
  #limit = firstLimit
  #hasNext = false

  constructor(since: Date, pauseMs: number) {
    this.#since = since
    this.#pauseMs = pauseMs
  }

  /** Whether the oldest may be what makes the target fail, and another one can show it. */
  triesNext(): boolean {
    return this.#hasNext && this.#failures >= this.#limit
  }

  /** @param due the first two that are due, in order of capture */
  choose([oldest, next]: readonly Job[]): { job: Job; isNext: boolean } | null {
    if (oldest === undefined) return null
    // The one that failed before is no longer waiting.
    if (oldest.id !== this.#oldest) this.#failures = 0
    this.#oldest = oldest.id
    this.#hasNext = next !== undefined
    return next && this.triesNext() ? { job: next, isNext: true } : { job: oldest, isNext: false }
  }

  /** The one that was chosen failed. @param wasSent whether the target can have read it */
  failed({ isNext, wasSent }: { isNext: boolean; wasSent: boolean }): void {
    if (isNext) {
      this.#failures = 0
      this.#limit *= 4
    } else if (wasSent) this.#failures += 1
  }

  /** The job that the next one has shown to be at fault. */
  oldest(): number | null {
    return this.#oldest
  }

  /** Until the next try. */
  pauseMs(now: Date): number {
    return Math.abs(now.getTime() - this.#since.getTime()) < longAfterMs ? this.#pauseMs : longPauseMs
  }
}
