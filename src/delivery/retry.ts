/** When a notification on which the app failed is tried again. Pure. */

import { backoffMs } from '../time.ts'

const firstPauseMs = 1_000
export const longestPauseMs = 10 * 60_000
/** Nothing is given up before this. */
const giveUpAfterMs = 24 * 60 * 60_000

export interface Failures {
  count: number
  /** The time of the first one. */
  since: Date
}

/**
 * The time of the next attempt: 1 s, 2 s, 4 s … 10 min after the last failure, a little spread so that an app that comes
 * back is not met by all at once. `null` once it has failed for 24 hours.
 * @param random from 0 to 1
 */
export function nextAttemptAt({ count, since }: Failures, now: Date, random: number): Date | null {
  if (now.getTime() - since.getTime() >= giveUpAfterMs) return null
  const pause = backoffMs(count, { firstMs: firstPauseMs, longestMs: longestPauseMs })
  return new Date(now.getTime() + Math.round(pause * (1 + random * 0.2)))
}
