/** The verification challenge: its place in a request, and the answer to it (docs/protocol.md#2-verification). */

import type { HeaderPair } from '../contract/notification.ts'

export const challengeName = 'x-fic-verification-challenge'

export type ChallengeReading = { usable: true; challenge: string } | { usable: false; problem: string }

/**
 * The challenge of a verification, from the header or from the query of `path`; `null` when there is none at all.
 * Usable are 1 to 512 visible ASCII characters: it goes into our answer, so anything else is left out of it.
 */
export function readChallenge(headers: readonly HeaderPair[], path: string): ChallengeReading | null {
  const found = [...new Set(challengesOf(headers, path))]
  const [challenge] = found
  if (challenge === undefined) return null
  if (found.length > 1) {
    return { usable: false, problem: `The request carries ${found.length} different challenges.` }
  }
  if (!/^[\x21-\x7e]{1,512}$/.test(challenge)) {
    return {
      usable: false,
      problem: `The challenge has ${challenge.length} characters; it must consist of 1 to 512 visible ASCII characters.`,
    }
  }
  return { usable: true, challenge }
}

/** Every challenge that a request carries, repetitions included. */
export function challengesOf(headers: readonly HeaderPair[], path: string): string[] {
  return [...inHeaders(headers), ...inQuery(path)]
}

function inHeaders(headers: readonly HeaderPair[]): string[] {
  return headers.filter(([name]) => name.toLowerCase() === challengeName).map(([, value]) => value)
}

function inQuery(path: string): string[] {
  const start = path.indexOf('?')
  return start === -1 ? [] : new URLSearchParams(path.slice(start + 1)).getAll(challengeName)
}

/** The body of the answer that Fatture in Cloud waits for, as JSON text. */
export function toChallengeAnswer(challenge: string): string {
  return JSON.stringify({ verification: challenge })
}
