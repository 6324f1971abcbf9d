/** A delivery as it is written down: when it begins, and when the target has answered or not. Pure. */

import type { Delivery } from '../contract/notification.ts'
import { judgeAnswer } from '../fic/answers.ts'
import { findCause } from '../http/causes.ts'
import type { SendResult } from './send.ts'

type Beginning = Pick<
  Delivery,
  'id' | 'seq' | 'channel' | 'target' | 'attempt' | 'replay' | 'sign' | 'startedAt' | 'sent'
>

/** An attempt that has no answer yet. */
export function beginAttempt(beginning: Beginning): Delivery {
  return {
    ...beginning,
    durationMs: null,
    status: null,
    error: null,
    errorCode: null,
    cause: null,
    responseHeaders: [],
    responseBody: null,
    verdict: 'pending',
    nextAttemptAt: null,
  }
}

/** The same attempt with what came of it. */
export function endAttempt(
  pending: Delivery,
  result: SendResult,
  { nextAttemptAt, hasOwnAuthorization }: { nextAttemptAt: Date | null; hasOwnAuthorization: boolean },
): Delivery {
  const { durationMs, status, error, errorCode, headers, body } = result
  const verdict = errorCode === 'UNSENDABLE' ? 'dropped' : judgeAnswer(status)
  const { target: url, sign } = pending
  const encounter = { url, status, error, errorCode, headers, body, sign, hasOwnAuthorization }
  return {
    ...pending,
    durationMs,
    status,
    error,
    errorCode,
    cause: findCause(encounter, verdict === 'delivered'),
    responseHeaders: headers,
    responseBody: body,
    verdict,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
  }
}
