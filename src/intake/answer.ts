/** What Fatture in Cloud gets back for what it sent. Pure. */

import type { NotificationKind } from '../contract/vocabulary.ts'
import { toChallengeAnswer } from '../fic/challenge.ts'

export interface Answer {
  status: number
  /** JSON text, or none. */
  body: string | null
}

/**
 * A challenge is answered even when it is unsigned or signed by an unknown key: it gives nothing away, and a changed
 * key at Fatture in Cloud must not cost the verification.
 */
export function answerFor(kind: NotificationKind, challenge: string | null): Answer {
  if (kind !== 'verification') return { status: 200, body: null }
  if (challenge === null) return { status: 400, body: '{"error":"unusable challenge"}' }
  return { status: 200, body: toChallengeAnswer(challenge) }
}
