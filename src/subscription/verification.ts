/** Spends verification attempts: each is written down before Fatture in Cloud is asked, and settled when it is known. */

import { setTimeout as pause } from 'node:timers/promises'
import type { VerificationAttempt } from '../contract/status.ts'
import { FicApiError } from '../fic-api/error.ts'
import type { FicApi, Subscription } from '../fic-api/client.ts'
import type { AttemptNumber, SubscriptionRecords } from '../store/subscriptions.ts'

/** How the outcome of a challenge is awaited. */
export interface Waiting {
  /** Pauses between the questions whether the challenge has come through, in ms. */
  pollsMs: readonly number[]
  challenges: AnsweredChallenges
  /** True when the waiting is to end early, its outcome unknown. */
  isInterrupted: () => boolean
  signal: AbortSignal
}

export interface Verifications extends Waiting {
  api: FicApi
  records: SubscriptionRecords
  apiBase: string
  now: () => Date
}

/** Announces that our own sink has answered a challenge. An answer stays announced until `reset`. */
export class AnsweredChallenges {
  #next = new AbortController()

  /** Aborts at the next answer. */
  get next(): AbortSignal {
    return this.#next.signal
  }

  announce(): void {
    this.#next.abort()
  }

  reset(): void {
    this.#next = new AbortController()
  }
}

/** Pauses before the questions that follow an answer of our own sink: the answer has to reach Fatture in Cloud first. */
const afterAnswerMs = [20, 200, 1000]

/** Asks for something that makes Fatture in Cloud send a challenge. A crash in between leaves the attempt `unknown`. */
export async function spendAttempt<T>(
  { records, apiBase, now }: Pick<Verifications, 'records' | 'apiBase' | 'now'>,
  subscriptionId: string,
  cause: VerificationAttempt['cause'],
  ask: () => Promise<T>,
): Promise<{ answer: T; attempt: AttemptNumber }> {
  const at = now().toISOString()
  const attempt = records.recordAttempt(apiBase, {
    at,
    subscriptionId,
    cause,
    outcome: 'unknown',
    detail: null,
  })
  try {
    return { answer: await ask(), attempt }
  } catch (thrown) {
    // An answer that refuses means that no challenge was sent; silence and 5xx mean nothing for sure.
    if (wasRefused(thrown)) records.settleAttempt(attempt, 'refused', thrown.message)
    throw thrown
  }
}

/** Whether Fatture in Cloud clearly did not do what it was asked to. */
export function wasRefused(thrown: unknown): thrown is FicApiError & { status: number } {
  return (
    thrown instanceof FicApiError && thrown.status !== null && thrown.status >= 300 && thrown.status < 500
  )
}

/**
 * Waits, within bounds, for the challenge to come through; gives what Fatture in Cloud said last. The first answer of our
 * own sink ends the present pause. Further ones change nothing, because anybody who knows the sink can send challenges.
 * The polls go on after it, for challenges that are answered elsewhere.
 */
export async function awaitVerified(
  { api, records, pollsMs, challenges, isInterrupted, signal }: Verifications,
  id: string,
  attempt: AttemptNumber,
): Promise<Subscription | null> {
  let seen: Subscription | null = null
  let hasAnswered = false
  const pausesMs = [...pollsMs]
  for (let pauseMs = pausesMs.shift(); pauseMs !== undefined; pauseMs = pausesMs.shift()) {
    const wake = hasAnswered ? signal : AbortSignal.any([signal, challenges.next])
    await pause(pauseMs, undefined, { signal: wake }).catch(() => {})
    if (signal.aborted) return seen
    if (wake.aborted) {
      hasAnswered = true
      pausesMs.unshift(...afterAnswerMs)
      continue
    }
    seen = (await getCalmly(api, id)) ?? seen
    if (seen?.verified === true) {
      records.settleAttempt(attempt, 'verified', null)
      return seen
    }
    if (isInterrupted()) return seen
  }
  records.settleAttempt(attempt, 'failed', 'no verification was seen in time')
  return seen
}

/** A question that fails is asked again with the next poll, unless the subscription is gone. */
async function getCalmly(api: FicApi, id: string): Promise<Subscription | null> {
  try {
    return await api.get(id)
  } catch (thrown) {
    if (thrown instanceof FicApiError && thrown.isTemporary) return null
    throw thrown
  }
}
