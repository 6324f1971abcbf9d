/** What is due at one target, read from the store a portion at a time: in a rush, a delivery costs a fraction of a query. */

import type { Job, Jobs } from '../store/jobs.ts'

const portion = 64

/** Before a slow target, what falls due for its next try shall not wait behind a whole portion. */
const longestUseMs = 1_000

export interface DueJobsParts {
  jobs: Pick<Jobs, 'due'>
  target: string
  now(): Date
  /** All that is due is known; `readAt`: what falls due after that has not been looked for. */
  onDrained(readAt: Date): void
}

export class DueJobs {
  readonly #parts: DueJobsParts
  #ahead: Job[] = []
  #isDrained = false
  #readAt = new Date(0)

  constructor(parts: DueJobsParts) {
    this.#parts = parts
  }

  /** The next one in order of capture, but for those that are `busy`; `null` when nothing is due. */
  next(busy: Iterable<number>): Job | null {
    if (this.#ahead.length === 0 ? !this.#isDrained : this.#isStale()) this.#read(busy)
    return this.#ahead.shift() ?? null
  }

  /** Jobs were added, after all that are known. */
  added(): void {
    this.#isDrained = false
  }

  /** Jobs have become due, or will at another time. */
  changed(): void {
    this.#ahead = []
    this.#isDrained = false
  }

  #isStale(): boolean {
    return Math.abs(this.#parts.now().getTime() - this.#readAt.getTime()) > longestUseMs
  }

  #read(busy: Iterable<number>): void {
    const { jobs, target, now, onDrained } = this.#parts
    this.#readAt = now()
    this.#ahead = jobs.due(target, this.#readAt, portion, busy)
    this.#isDrained = this.#ahead.length < portion
    if (this.#isDrained) onDrained(this.#readAt)
  }
}
