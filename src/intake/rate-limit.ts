/** A token bucket: how many captures of strangers are kept. */

export interface RateLimit {
  /** Takes one from the bucket; `false` when it is empty. */
  take(): boolean
}

/** `burst` at once, then `perSecond`. `nowMs` must never go back. */
export function createRateLimit(burst: number, perSecond: number, nowMs: () => number): RateLimit {
  let left = burst
  let filledAt = nowMs()
  return {
    take() {
      const now = nowMs()
      left = Math.min(burst, left + ((now - filledAt) / 1000) * perSecond)
      filledAt = now
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
