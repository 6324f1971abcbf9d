/** A delivery as it is written down: when it begins, and when the target has answered or not. Pure. */

import type { Delivery } from '../contract/notification.ts'
import { judgeAnswer } from '../fic/answers.ts'
import type { SendResult } from './send.ts'

type Beginning = Pick<
  Delivery,
  'id' | 'seq' | 'target' | 'attempt' | 'replay' | 'sign' | 'startedAt' | 'sent'
>

/** An attempt that has no answer yet. */
export function beginAttempt(beginning: Beginning): Delivery {
  return {
    ...beginning,
    durationMs: null,
    status: null,
    error: null,
    responseHeaders: [],
    responseBody: null,
    verdict: 'pending',
    nextAttemptAt: null,
  }
}

/** The same attempt with what came of it. */
export function endAttempt(pending: Delivery, result: SendResult, nextAttemptAt: Date | null): Delivery {
  return {
    ...pending,
    durationMs: result.durationMs,
    status: result.status,
    error: result.error,
    responseHeaders: result.headers,
    responseBody: result.body,
    verdict: result.isUnsendable ? 'dropped' : judgeAnswer(result.status),
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
  }
}
