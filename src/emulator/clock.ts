/** The emulator's clock: a base clock and an offset that only people and tests move. */

export interface Clock {
  /** Milliseconds since 1970, as Fatture in Cloud would see them. */
  nowMs(): number
  offsetMs: number
}

export function createClock(base: () => Date): Clock {
  const clock: Clock = { offsetMs: 0, nowMs: () => base().getTime() + clock.offsetMs }
  return clock
}
