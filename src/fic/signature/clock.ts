/** What the times of a token say about the clock that it was judged by. Pure. */

import type { ClaimVerdict, SignatureReport } from '../../contract/notification.ts'

/** Clocks differ. */
export const leewaySeconds = 60

/**
 * By how many seconds the clock is behind, as a genuine token shows; negative if it seems to be ahead, because all that
 * is wrong with the token is that it has expired. `null` if the token shows nothing of the kind.
 * @param judgedAt the time by that clock
 */
export function readBehindSeconds({ outcome, claims }: SignatureReport, judgedAt: Date): number | null {
  const now = judgedAt.getTime() / 1000
  if (outcome === 'valid') {
    const ahead = claims.find(({ verdict }) => verdict === 'ahead')
    return ahead === undefined ? null : Number(ahead.value) - now
  }
  const wrong = claims.filter(({ verdict }) => verdict === 'wrong')
  const issuedAt = claims.find(({ claim }) => claim === 'iat')
  if (wrong.length !== 1 || wrong[0]?.claim !== 'exp' || !isTime(issuedAt)) return null
  return Number(issuedAt.value) - now
}

function isTime(claim: ClaimVerdict | undefined): claim is ClaimVerdict {
  return typeof claim?.value === 'number' && claim.verdict === 'ok'
}

/** `2 min behind`, `10 years ahead`. */
export function sayOffset(behindSeconds: number): string {
  return `${toSpan(Math.abs(behindSeconds))} ${behindSeconds < 0 ? 'ahead' : 'behind'}`
}

const units: readonly [name: string, seconds: number][] = [
  ['years', 365.25 * 24 * 3600],
  ['days', 24 * 3600],
  ['h', 3600],
  ['min', 60],
]

/** In the largest unit that it has two of, so that rounding changes little. */
function toSpan(seconds: number): string {
  const [name, size] = units.find(([, unit]) => Math.round(seconds / unit) >= 2) ?? ['s', 1]
  return `${Math.round(seconds / size)} ${name}`
}
