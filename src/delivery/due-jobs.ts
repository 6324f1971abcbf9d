/** What is due at one target, read from the store a portion at a time: in a rush, a delivery costs a fraction of a query. */

import type { Job, Jobs } from '../store/jobs.ts'

const portion = 64

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

  constructor(parts: DueJobsParts) {
    this.#parts = parts
  }

  /** The next one in order of capture, but for those that are `busy`; `null` when nothing is due. */
  next(busy: Iterable<number>): Job | null {
    if (this.#ahead.length === 0 && !this.#isDrained) this.#read(busy)
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

  #read(busy: Iterable<number>): void {
    const { jobs, target, now, onDrained } = this.#parts
    const readAt = now()
    this.#ahead = jobs.due(target, readAt, portion, busy)
    this.#isDrained = this.#ahead.length < portion
    if (this.#isDrained) onDrained(readAt)
  }
}
