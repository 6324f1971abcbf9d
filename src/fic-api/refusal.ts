/** Reads the facts of a failed API call out of whatever was thrown, and leaves the access token behind. */

import { messageOf } from '../errors.ts'

/** What is known about a call that failed. Plain facts; the words are made in api-error.ts. */
export interface Refusal {
  /** `null`: there was no answer. */
  status: number | null
  retryAfterMs: number | null
  ficMessage: string | null
  ficCode: string | null
  validation: Record<string, string[]>
  details: unknown
  /** `RateLimit-*` headers as they came, by name. */
  rateLimits: Record<string, string>
  /** Why there is no usable answer, in words. */
  reason: string
  /** `a/`, `r/` or `c/` (docs/protocol.md#8-tokens); `null` for a manual token. */
  tokenPrefix: string | null
}

type Members = Record<string, unknown>

/** The headers of an answer as axios gives them: by lower-case name. */
export type AnswerHeaders = Members

/**
 * Axios puts the request, with the Authorization header, on its errors. So they never leave this function: the facts
 * are copied, with the token blotted out wherever Fatture in Cloud or a proxy may have echoed it.
 */
export function readRefusal(thrown: unknown, token: string, timeoutMs: number): Refusal {
  const response = membersOf(membersOf(thrown)['response'])
  const answered = typeof response['status'] === 'number'
  const headers = membersOf(response['headers'])
  const error = readError(blot(response['data'], token))
  return {
    status: answered ? Number(response['status']) : null,
    retryAfterMs: readRetryAfter(headers['retry-after'], new Date()),
    ...error,
    rateLimits: readRateLimits(headers),
    reason: answered ? 'its body is not understood' : blotText(reasonOf(thrown, timeoutMs), token),
    tokenPrefix: /^[arc]\//.exec(token)?.[0] ?? null,
  }
}

/** `RateLimit-HourlyRemaining` and its siblings (docs/protocol.md#1-subscriptions). */
export function readRateLimits(headers: AnswerHeaders): Record<string, string> {
  const names = ['HourlyRemaining', 'HourlyLimit', 'MonthlyRemaining', 'MonthlyLimit']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[`ratelimit-${name.toLowerCase()}`]
      return typeof value === 'string' ? [[`RateLimit-${name}`, value]] : []
    }),
  )
}

/** Seconds, or a date: RFC 9110 allows both. */
function readRetryAfter(value: unknown, now: Date): number | null {
  if (typeof value !== 'string') return null
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  const until = Date.parse(value)
  return Number.isNaN(until) ? null : Math.max(0, until - now.getTime())
}

/** Both forms of an error body (docs/protocol.md#7-api-error-responses): `{ error: { message, code, … } }` and OAuth's `{ error, error_description }`. */
function readError(body: unknown): Pick<Refusal, 'ficMessage' | 'ficCode' | 'validation' | 'details'> {
  const { error, error_description: description, message } = membersOf(body)
  if (typeof error === 'string') {
    return { ficMessage: textOrNull(description), ficCode: textOrNull(error), validation: {}, details: body }
  }
  const members = membersOf(error)
  return {
    ficMessage: textOrNull(members['message']) ?? textOrNull(message),
    ficCode: textOrNull(members['code']),
    validation: readValidation(members['validation_result']),
    details: error ?? null,
  }
}

function readValidation(result: unknown): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(membersOf(result)).map(([member, says]) => [member, [says].flat().map(String)]),
  )
}

const longestMessage = 500

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, longestMessage) : null
}

function reasonOf(thrown: unknown, timeoutMs: number): string {
  const code = String(membersOf(thrown)['code'] ?? '')
  const cause = membersOf(thrown)['cause']
  if (['ECONNABORTED', 'ETIMEDOUT', 'ERR_CANCELED'].includes(code)) {
    return `no answer within ${timeoutMs / 1000} s`
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `its name cannot be resolved (${code})`
  if (code === 'ECONNREFUSED') return 'nothing listens there (ECONNREFUSED)'
  const says = messageOf(cause ?? thrown)
  return code === '' || says.includes(code) ? says : `${says} (${code})`
}

/** Shorter ones would blot out words that have nothing to do with a token. */
const shortestSecret = 8

function blotText(text: string, token: string): string {
  return token.length < shortestSecret ? text : text.replaceAll(token, '[token]')
}

function blot(value: unknown, token: string): unknown {
  if (typeof value === 'string') return blotText(value, token)
  if (Array.isArray(value)) return value.map((item) => blot(item, token))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [blotText(name, token), blot(item, token)]),
  )
}

/** The members of an object; of anything else, none. */
export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {}
}
