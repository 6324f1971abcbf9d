/** Which answer of the target Fatture in Cloud gets to see with `respond: "passthrough"`. Pure. */

import { judgeAnswer } from '../fic/answers.ts'
import type { SendResult } from './send.ts'

/** The target has this long before Fatture in Cloud, whose own time-out is short, is answered without it. */
export const passthroughTimeoutMs = 5_000

export interface RelayedAnswer {
  status: number
  body: string | null
  /** Why it is not simply the target's answer; `null` when it is. */
  problem: string | null
}

/** For an event or welcome. What would delete the subscription or lose the notification is held back unless allowed. */
export function relayAnswer(result: SendResult, allowDestructive: boolean): RelayedAnswer {
  const { status } = result
  if (status === null) {
    const problem = `The target gave no answer (${result.error}), so Fatture in Cloud got 503 and will try again.`
    return { status: 503, body: null, problem }
  }
  const verdict = judgeAnswer(status)
  // 102 only announces an answer, so it cannot be one of ours.
  if (verdict === 'delivered') return { status: status === 102 ? 200 : status, body: null, problem: null }
  if (verdict === 'retried' || allowDestructive) return { status, body: null, problem: null }
  const harm = verdict === 'subscription-deleted' ? 'delete the subscription' : 'drop the notification'
  return {
    status: 200,
    body: null,
    problem: `The target answered ${status}, which would make Fatture in Cloud ${harm}; it got 200 instead (--allow-destructive-answers relays it).`,
  }
}

/** For a verification: the target's answer if it is right, else our own with what was wrong with the target's. */
export function relayVerification(
  result: SendResult,
  challenge: string,
  own: { status: number; body: string | null },
): RelayedAnswer {
  const wrong = problemOf(result, challenge)
  if (wrong === null) return { status: 200, body: result.body, problem: null }
  return {
    ...own,
    problem: `The target did not answer the challenge rightly: ${wrong}. fic-dev answered it.`,
  }
}

function problemOf(result: SendResult, challenge: string): string | null {
  if (result.status === null) return result.error
  if (result.status !== 200) return `it answered ${result.status}`
  const answered = readVerification(result.body ?? '')
  if (answered === null) return 'its answer is not JSON with a member "verification"'
  return answered === challenge ? null : 'it answered another value'
}

function readVerification(body: string): unknown {
  try {
    return (JSON.parse(body) as { verification?: unknown } | null)?.verification ?? null
  } catch {
    return null
  }
}
