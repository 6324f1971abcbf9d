/** Decides what an answer means to a notification and its subscription (docs/protocol.md#how-fic-interprets-a-response). Pure. */

import type { Verdict } from '../contract/vocabulary.ts'

const delivered = new Set([200, 201, 202, 204, 102])
const tenDaysMs = 10 * 24 * 60 * 60 * 1000

export interface Fate {
  verdict: Exclude<Verdict, 'pending'>
  /** The subscription's expiration from now on. */
  expiresAtMs: number | null
}

export interface AttemptFacts {
  /** `null` when no answer came: a time-out, or a connection that could not be made or broke. */
  status: number | null
  /** This one counted. */
  attemptsMade: number
  attemptsAllowed: number
  expiresAtMs: number | null
  nowMs: number
}

export function decideFate(facts: AttemptFacts): Fate {
  const { status, attemptsMade, attemptsAllowed, expiresAtMs, nowMs } = facts
  if (status !== null && delivered.has(status)) return { verdict: 'delivered', expiresAtMs: null }
  if (status === 410) return { verdict: 'subscription-deleted', expiresAtMs }
  if (isRetryable(status) && attemptsMade < attemptsAllowed) return { verdict: 'retried', expiresAtMs }
  // Only a notification given up counts as an error here; one that will be tried again may still save the subscription.
  if (expiresAtMs !== null && nowMs > expiresAtMs) return { verdict: 'subscription-deleted', expiresAtMs }
  return { verdict: 'dropped', expiresAtMs: expiresAtMs ?? nowMs + tenDaysMs }
}

function isRetryable(status: number | null): boolean {
  return status === null || (status >= 500 && status <= 599)
}
