/** The emulator's clock: a base clock and an offset that only people and tests move. */

import { longestAdvanceMs } from '../contract/vocabulary.ts'
import { FicDevError } from '../errors.ts'

export interface Clock {
  /** Milliseconds since 1970, as Fatture in Cloud would see them. */
  nowMs(): number
  offsetMs: number
}

export function createClock(base: () => Date): Clock {
  const clock: Clock = { offsetMs: 0, nowMs: () => base().getTime() + clock.offsetMs }
  return clock
}

/** The year 9999: later ones have no ISO 8601 date of four digits. */
const lastMs = Date.UTC(9999, 0)

/**
 * The whole milliseconds of an advance.
 * @throws FicDevError BAD_REQUEST
 */
export function readAdvance(clock: Clock, ms: number): number {
  if (!Number.isFinite(ms) || ms < 0) {
    throw new FicDevError('BAD_REQUEST', `The clock cannot be moved by ${ms} ms: it only goes forward.`)
  }
  if (ms > longestAdvanceMs || clock.nowMs() + ms > lastMs) {
    throw new FicDevError('BAD_REQUEST', `The clock cannot be moved by ${ms} ms: that is too far.`, {
      hint: `At most ${longestAdvanceMs} ms (ten years) at once, and not past the year 9998.`,
    })
  }
  return Math.floor(ms)
}
