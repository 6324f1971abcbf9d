/** How many verifications of a subscription are left, and when the next one may be asked for. Pure. */

import type { VerificationAttempt, VerificationBudget } from '../contract/status.ts'

/**
 * The limits of Fatture in Cloud (docs/protocol.md#2-verification). Whether create and a changed sink count among the
 * five is unknown: they do here. The fifth failure loses a subscription, so a success begins a new series.
 */
const limit = 5
const pauseMs = 10 * 60_000

/**
 * The budget of one subscription, from all of its attempts. `nextPossibleAt` is `null` when one may be made at once,
 * and when none is left: `used` tells which. A first attempt, and one after a success, is no retry and need not wait.
 */
export function verificationBudget(attempts: readonly VerificationAttempt[], now: Date): VerificationBudget {
  const lastSuccess = attempts.findLastIndex(({ outcome }) => outcome === 'verified')
  const series = attempts.slice(lastSuccess + 1)
  const used = series.filter(({ outcome }) => outcome !== 'refused').length
  const last = series.at(-1)
  if (used >= limit || last === undefined) {
    return { used, limit, nextPossibleAt: null }
  }
  const nextPossibleAt = new Date(Date.parse(last.at) + pauseMs)
  return { used, limit, nextPossibleAt: nextPossibleAt > now ? nextPossibleAt.toISOString() : null }
}

/** Whether none is left, but for those that are held in reserve. */
export function isExhausted({ used, limit }: VerificationBudget, reserve = 0): boolean {
  return used >= limit - reserve
}

/** As in "2 of 5 used, next possible at 10:41". */
export function inWords({ used, limit, nextPossibleAt }: VerificationBudget): string {
  if (nextPossibleAt === null) return `${used} of ${limit} used`
  const time = new Date(nextPossibleAt).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return `${used} of ${limit} used, next possible at ${time}`
}
