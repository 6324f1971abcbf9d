/** Decides whether an answer passes a challenge (docs/protocol.md#2-verification). Pure. */

import type { Answer } from './sender.ts'

/** What is wrong with the answer, in words; `null` when it passes. */
export function readChallengeAnswer(answer: Answer, expected: string): string | null {
  if (answer.status !== 200) return `the status is ${answer.status}, not 200`
  let body: unknown
  try {
    body = JSON.parse(answer.body)
  } catch {
    return 'the body is not JSON'
  }
  const verification = (body as { verification?: unknown } | null)?.verification
  if (verification === undefined) return 'the body has no member "verification"'
  return verification === expected ? null : 'the member "verification" is not the challenge'
}
