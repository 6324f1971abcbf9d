/** What Fatture in Cloud, or the way to it, gave instead of what was asked for: in words, with what to try. */

import { FicDevError, type ErrorCode } from '../errors.ts'
import { isLoopback } from '../http/loopback.ts'
import type { Refusal } from './refusal.ts'

/** Who was asked for what, for the sentence. */
export interface ApiCall {
  apiBase: string
  /** Completes "…could not …", as in `list the subscriptions of company 12`. */
  doing: string
}

/** A call to Fatture in Cloud's API that failed (docs/protocol.md#7-api-error-responses). Never holds the access token. */
export class FicApiError extends FicDevError {
  /** `null`: no answer came, so it is unknown whether the call was carried out. */
  readonly status: number | null
  /** How long Fatture in Cloud asks to wait. */
  readonly retryAfterMs: number | null
  /** Fatture in Cloud's own words, in whatever language. */
  readonly ficMessage: string | null
  readonly ficCode: string | null
  /** Member of the request → what is wrong with it. */
  readonly validation: Record<string, string[]>
  /** The `error` member as it came, with what we do not know of. */
  readonly details: unknown
  /** `RateLimit-*` headers as they came, by name. */
  readonly rateLimits: Record<string, string>

  constructor(code: ErrorCode, message: string, hint: string, refusal: Refusal) {
    super(code, message, { hint })
    this.status = refusal.status
    this.retryAfterMs = refusal.retryAfterMs
    this.ficMessage = refusal.ficMessage
    this.ficCode = refusal.ficCode
    this.validation = refusal.validation
    this.details = refusal.details
    this.rateLimits = refusal.rateLimits
  }

  /** Whether the same call may succeed later with nothing changed. */
  get isTemporary(): boolean {
    return this.status === null || this.status === 429 || this.status >= 500 || isQuota(this)
  }
}

/** Whether an API base is an emulator on this machine rather than Fatture in Cloud. */
export function isEmulator(apiBase: string): boolean {
  return isLoopback(new URL(apiBase).hostname)
}

/** The name of the other side, for sentences. */
function nameOf(apiBase: string): string {
  return isEmulator(apiBase) ? 'The emulator' : 'Fatture in Cloud'
}

/** Puts a refusal into words (docs/protocol.md#7-api-error-responses). */
export function toFicApiError(refusal: Refusal, call: ApiCall): FicApiError {
  const [code, message, hint] = explain(refusal, call)
  return new FicApiError(code, message, hint, refusal)
}

type Explanation = [code: ErrorCode, message: string, hint: string]

function explain(refusal: Refusal, { apiBase, doing }: ApiCall): Explanation {
  const { status } = refusal
  const who = nameOf(apiBase)
  const quoted = quote(refusal)
  if (status === null) return explainSilence(refusal, apiBase, doing)
  if (status === 401) {
    return ['TOKEN_REJECTED', `${who} refused the access token ${quoted}.`, tokenHint(refusal.tokenPrefix)]
  }
  if (status === 403) return explainForbidden(refusal, who, doing, quoted)
  if (status === 404) {
    return [
      'FIC_API',
      `${who} found nothing for the request to ${doing} ${quoted}.`,
      'Is the company id right? It is the company that owns the documents, not the one that owns the app. Has the subscription been deleted?',
    ]
  }
  if (status === 422) return explainInvalid(refusal, who, doing)
  if (status === 429) {
    return [
      'FIC_API',
      `${who} got too many requests and asks to wait ${inWords(refusal.retryAfterMs)} ${quoted}${quotaLeft(refusal)}.`,
      'A company has 300 requests in 5 minutes, shared by all programs. A running fic-dev waits for that time.',
    ]
  }
  if (status >= 500) {
    return [
      'FIC_API',
      `${who} could not ${doing}: it had an internal error ${quoted}.`,
      'Try again later. A running fic-dev retries.',
    ]
  }
  if (status < 400) return explainStranger(refusal, apiBase, doing)
  const message = `${who} refused to ${doing} ${quoted}.`
  return ['FIC_API', message, 'The text in quotation marks is the reason that the server gave.']
}

/** Success that is none, and redirects: whoever answers there is probably not Fatture in Cloud. */
function explainStranger(refusal: Refusal, apiBase: string, doing: string): Explanation {
  const isRedirect = refusal.status !== null && refusal.status >= 300
  return [
    'FIC_API',
    isRedirect
      ? `${apiBase} answered the request to ${doing} with a redirect ${quote(refusal)}.`
      : `The answer of ${apiBase} to the request to ${doing} is not what Fatture in Cloud gives: ${refusal.reason}.`,
    'Is apiBase right? Fatture in Cloud is at https://api-v2.fattureincloud.it.',
  ]
}

/** The three readings of 403. */
function explainForbidden(refusal: Refusal, who: string, doing: string, quoted: string): Explanation {
  if (refusal.ficCode === 'NO_PERMISSION') {
    return [
      'PERMISSION',
      `${who} does not let this app use webhooks ${quoted}.`,
      "Either webhooks were never enabled for this app (older documentation requires a request), or its access was disabled after unusual behavior. Contact Fatture in Cloud's support with the name of the app. Until then, use --emulator.",
    ]
  }
  if (isQuota(refusal)) {
    return [
      'FIC_API',
      `The hourly or monthly quota is used up, and ${who} asks to wait ${inWords(refusal.retryAfterMs)} ${quoted}${quotaLeft(refusal)}.`,
      'A company and app have 1,000 requests an hour and 40,000 a month. A running fic-dev waits for that time.',
    ]
  }
  return [
    'PERMISSION',
    `The access token has no permission to ${doing} ${quoted}.`,
    'It needs read permission on the scopes of every event type asked for (fic-dev types lists them), and its user needs access to this company.',
  ]
}

function explainInvalid(refusal: Refusal, who: string, doing: string): Explanation {
  const problems = Object.entries(refusal.validation).flatMap(([member, says]) =>
    says.map((sentence) => `${member}: ${sentence}`),
  )
  const message = `${who} rejected the request to ${doing} ${quote(refusal)}`
  const text = problems.join(' ') + (refusal.ficMessage ?? '')
  const hints = [
    /sink|url/i.test(text) ? 'The sink must be a public https URL.' : [],
    /type/i.test(text) ? 'fic-dev types lists the event types and their scopes.' : [],
  ].flat()
  return [
    'FIC_API',
    problems.length > 0 ? `${message}: ${problems.join(' ')}` : `${message}.`,
    hints.join(' ') || 'The words above are its own reason.',
  ]
}

function explainSilence(refusal: Refusal, apiBase: string, doing: string): Explanation {
  return [
    'FIC_API',
    `The request to ${apiBase} to ${doing} failed: ${refusal.reason}.`,
    isEmulator(apiBase)
      ? 'Is the emulator running there? A running fic-dev retries.'
      : 'Is this machine online, and is there a proxy or firewall on the way? A running fic-dev retries.',
  ]
}

function tokenHint(prefix: string | null): string {
  if (prefix === 'r/') return 'The token begins with r/: that is a refresh token. Use the access token (a/…).'
  if (prefix === 'c/') return 'The token begins with c/: that is a code to be exchanged for an access token.'
  if (prefix === 'a/')
    return 'An access token of OAuth lives 24 hours: get a new one and set FIC_ACCESS_TOKEN.'
  return 'It may have been revoked or cut short in copying: make a new one in Fatture in Cloud and set FIC_ACCESS_TOKEN.'
}

/** A 403 that asks to come back is the hourly or monthly quota (docs/protocol.md#7-api-error-responses). */
function isQuota({ status, retryAfterMs }: { status: number | null; retryAfterMs: number | null }): boolean {
  return status === 403 && retryAfterMs !== null
}

function quote({ status, ficCode, ficMessage }: Refusal): string {
  return `(${[status, ficCode, ficMessage === null ? null : `"${ficMessage}"`].filter((part) => part !== null).join(', ')})`
}

function quotaLeft({ rateLimits }: Refusal): string {
  const known = Object.entries(rateLimits).map(([name, value]) => `${name} ${value}`)
  return known.length === 0 ? '' : `, ${known.join(', ')}`
}

function inWords(durationMs: number | null): string {
  if (durationMs === null) return 'a while'
  const seconds = Math.ceil(durationMs / 1000)
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`
}
