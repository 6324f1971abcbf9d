/** Decides how long to wait before the next attempt to open. Pure but for the clock and the dice it is given. */

import { backoffMs } from '../time.ts'
import type { TunnelTiming } from './timing.ts'

export type PatienceTiming = Pick<
  TunnelTiming,
  'backoffFirstMs' | 'backoffMaxMs' | 'attemptsPerHour' | 'hourMs'
>

export class Patience {
  readonly #timing: PatienceTiming
  readonly #random: () => number
  readonly #now: () => number
  /** Attempts since the tunnel was last up for a while. */
  #inVain = 0
  #lastHour: number[] = []

  /** `now` is a monotonic clock in milliseconds. */
  constructor(timing: PatienceTiming, random: () => number, now: () => number = () => performance.now()) {
    this.#timing = timing
    this.#random = random
    this.#now = now
  }

  /** 0, then 1, 2, 4 … 60 s, each a fifth more or less; or until the oldest attempt of a full hour is over. */
  next(): { waitMs: number; because: 'backoff' | 'cap' } {
    const { backoffFirstMs, backoffMaxMs, attemptsPerHour, hourMs } = this.#timing
    const plainMs = backoffMs(this.#inVain, { firstMs: backoffFirstMs, longestMs: backoffMaxMs })
    const spreadMs = Math.round(plainMs * (0.8 + 0.4 * this.#random()))

    this.#lastHour = this.#lastHour.filter((at) => at > this.#now() - hourMs)
    const oldest = this.#lastHour.at(-attemptsPerHour)
    const capMs = oldest === undefined ? 0 : oldest + hourMs - this.#now()
    return capMs > spreadMs ? { waitMs: capMs, because: 'cap' } : { waitMs: spreadMs, because: 'backoff' }
  }

  attempted(): void {
    this.#inVain += 1
    this.#lastHour.push(this.#now())
  }

  /** The last attempt reached no service. */
  withdrawn(): void {
    this.#inVain = 0
    this.#lastHour.pop()
  }

  /** The tunnel held for a while, so the next loss is a new story. The hour goes on. */
  settled(): void {
    this.#inVain = 0
  }
}
