/** Judges each claim of a token by what Fatture in Cloud would have put there (docs/protocol.md#5-the-signature). Pure. */

import type { ClaimVerdict } from '../../contract/notification.ts'
import type { NotificationKind } from '../../contract/vocabulary.ts'
import { quote } from '../quote.ts'
import { leewaySeconds, sayOffset } from './clock.ts'
import type { JsonObject } from './token.ts'

export const ficIssuer = 'https://api-v2.fattureincloud.it'

export interface Expected {
  /** Every form of our sink URL that Fatture in Cloud may have put into `aud`. */
  audiences: string[]
  kind: NotificationKind
  /** The CloudEvents id; `null` when the notification has none. */
  id: string | null
  /** The CloudEvents subject; `null` when the notification has none. */
  subject: string | null
  now: Date
}

/**
 * A verdict per claim. Only `wrong` makes a token invalid: a documented claim that is missing is `wrong`,
 * while `absent` is a claim that may be missing. `ahead` does not, however far it is: a genuine token from the future
 * says that our clock is behind, and nothing about the notification.
 */
export function judgeClaims(payload: JsonObject, expected: Expected): ClaimVerdict[] {
  const now = expected.now.getTime() / 1000
  // What these two hold on a verification is unknown.
  const shownOnly = expected.kind === 'verification'
  return [
    judgeIssuer(payload.iss),
    judgeAudience(payload.aud, expected),
    shownOnly
      ? show('sub', payload.sub)
      : judgeSame('sub', payload.sub, expected.subject, "the notification's subject"),
    shownOnly
      ? show('jti', payload.jti)
      : judgeSame('jti', payload.jti, expected.id, "the notification's id"),
    judgeIssuedAt(payload.iat, now),
    judgeNotBefore(payload.nbf, now),
    judgeExpiry(payload.exp, payload.iat, now),
    show('aid', payload.aid),
  ]
}

function judgeIssuer(value: unknown): ClaimVerdict {
  const judged = verdictOn('iss', value, ficIssuer)
  if (value === ficIssuer) return judged('ok', 'Issued by Fatture in Cloud.')
  return judged('wrong', `The issuer is ${orMissing(value)}, not ${ficIssuer}.`)
}

function judgeAudience(value: unknown, { audiences, kind }: Expected): ClaimVerdict {
  const judged = verdictOn('aud', value, `a list that holds ${audiences.join(' or ') || 'our sink URL'}`)
  const withoutQuery = kind === 'verification'
  const ours = new Set(audiences.map((url) => (withoutQuery ? cutQuery(url) : url)))
  const isOurs = (entry: unknown): boolean =>
    typeof entry === 'string' && ours.has(withoutQuery ? cutQuery(entry) : entry)
  if (Array.isArray(value)) {
    if (value.some(isOurs)) return judged('ok', 'Meant for our sink.')
    const first = value.length === 0 ? 'no audience' : quote(value[0])
    const others = value.length > 1 ? ` and ${value.length - 1} more` : ''
    return judged('wrong', `Meant for ${first}${others}, not for our sink.`)
  }
  if (isOurs(value)) {
    return judged('ok', 'Meant for our sink; it is one string here, where Fatture in Cloud documents a list.')
  }
  return judged('wrong', `The audience is ${orMissing(value)}, not a list that holds our sink.`)
}

/** The query method appends the challenge to the sink URL (docs/protocol.md#2-verification). */
function cutQuery(url: string): string {
  return url.split('?', 1)[0] ?? url
}

function judgeSame(claim: 'sub' | 'jti', value: unknown, wanted: string | null, what: string): ClaimVerdict {
  const judged = verdictOn(claim, value, wanted || what)
  // Two empty strings are equal and prove nothing.
  if (!wanted) {
    return judged(
      'wrong',
      `${claim} is ${orMissing(value)}, and ${what} is missing, so the two cannot be compared.`,
    )
  }
  if (value === wanted) return judged('ok', `Equal to ${what}.`)
  return judged('wrong', `${claim} is ${orMissing(value)}, and ${what} is ${quote(wanted)}.`)
}

function judgeIssuedAt(value: unknown, now: number): ClaimVerdict {
  const judged = verdictOn('iat', value, 'a time that is not in the future')
  if (!isSeconds(value))
    return judged('wrong', `The time of issue is ${orMissing(value)}, not a number of seconds.`)
  if (value > now + leewaySeconds)
    return judged('ahead', `Issued at ${toTime(value)}: ${sayClock(value - now)}`)
  return judged('ok', `Issued at ${toTime(value)}.`)
}

/** Fatture in Cloud does not document this claim; if it is there, it counts. */
function judgeNotBefore(value: unknown, now: number): ClaimVerdict {
  const judged = verdictOn('nbf', value, 'a time that is not in the future')
  if (value === undefined) return show('nbf', value)
  if (!isSeconds(value)) return judged('wrong', `nbf is ${orMissing(value)}, not a number of seconds.`)
  if (value > now + leewaySeconds)
    return judged('ahead', `To be used from ${toTime(value)} on: ${sayClock(value - now)}`)
  return judged('ok', `To be used from ${toTime(value)} on.`)
}

function sayClock(behindSeconds: number): string {
  return `the clock of this machine is ${sayOffset(behindSeconds)}.`
}

function judgeExpiry(value: unknown, issuedAt: unknown, now: number): ClaimVerdict {
  const judged = verdictOn('exp', value, 'a time that is not in the past')
  if (!isSeconds(value))
    return judged('wrong', `The time of expiry is ${orMissing(value)}, not a number of seconds.`)
  if (value <= now - leewaySeconds) {
    // A token lives for three hours from its issue, and reaches the sink within seconds.
    const isOld = isSeconds(issuedAt) && issuedAt < value && issuedAt < now
    const clock = isOld ? ` If it was sent just now, ${sayClock(issuedAt - now)}` : ''
    return judged('wrong', `Expired at ${toTime(value)}.${clock}`)
  }
  return judged('ok', `Valid until ${toTime(value)}.`)
}

function show(claim: ClaimVerdict['claim'], value: unknown): ClaimVerdict {
  const judged = verdictOn(claim, value, null)
  if (value === undefined) return judged('absent', `The token has no ${claim}, and needs none.`)
  return judged('shown', `${claim} is ${quote(value)} (not checked).`)
}

/** Ties a claim to what is the same in all of its verdicts. */
export function verdictOn(claim: ClaimVerdict['claim'], value: unknown, expected: string | null) {
  return (verdict: ClaimVerdict['verdict'], says: string): ClaimVerdict => ({
    claim,
    value: toFlat(value),
    expected,
    verdict,
    says,
  })
}

/** Lists inside lists and objects only by name, so that no token makes those who write or show it recurse without end. */
function toFlat(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toFlatEntry)
  return toFlatEntry(value)
}

function toFlatEntry(value: unknown): unknown {
  if (value === undefined) return null
  return typeof value === 'object' && value !== null ? quote(value) : value
}

function orMissing(value: unknown): string {
  return value === undefined ? 'missing' : quote(value)
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** ISO 8601, or the plain number where no calendar reaches. */
function toTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? `${seconds} s after 1970` : date.toISOString()
}
