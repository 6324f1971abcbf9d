/**
 * Why an exchange with the developer's app probably went wrong: the one table of causes. Terminal, page, `check`,
 * `doctor` and `--json` show its sentences. Pure.
 */

import type { Cause, HeaderPair, ReplaySignature } from '../contract/notification.ts'
import { answerRules, ownAuthorizationCode } from './answer-causes.ts'
import { failureRules } from './failure-causes.ts'
import { valuesOf } from './headers.ts'

export { ownAuthorizationCode }

/** Everything that is known about an exchange. */
export interface Encounter {
  /** The address of the target. */
  url: string
  /** `null` if no answer came. */
  status: number | null
  /** Why no answer came: `Failed.code` of `http/exchange`; `null` if one came. */
  errorCode: string | null
  /** The same as a phrase. */
  error: string | null
  headers: readonly HeaderPair[]
  /** Of the answer, as text. */
  body: string | null
  sign: ReplaySignature
  /** The configured headers have an `authorization`, which replaces the token. */
  hasOwnAuthorization?: boolean
  /** Other requests have shown that the app has the right key. */
  isKeyRight?: boolean
}

/** An encounter in the form that the rules read. */
export interface Reading {
  url: URL
  /** 0 if no answer came. */
  status: number
  errorCode: string
  error: string
  /** The values of a header, joined; empty if there is none. Names in lower case. */
  header(name: string): string
  /** The first characters of the body. */
  start: string
  /** The same, after the header in which a refusal of a token says its reason. */
  refusal: string
  sign: ReplaySignature
  hasOwnAuthorization: boolean
  isKeyRight: boolean
}

export interface Rule {
  /** Stable, kebab-case. */
  code: string
  when(reading: Reading): boolean
  /** Instead of the sentence that says what was answered. */
  what?(reading: Reading): string
  /** What is probably behind it: a sentence. */
  why: string | ((reading: Reading) => string)
  /** What to do: a sentence. */
  todo: string | ((reading: Reading) => string)
}

/** Error pages name their reason in the title or in the first lines. */
const readCharacters = 8_192

/** The probable cause, by the first rule that fits. `null` for an answer that counts as delivered. */
export function findCause(encounter: Encounter, isDelivered: boolean): Cause | null {
  if (isDelivered) return null
  const reading = read(encounter)
  const rule = (reading.status === 0 ? failureRules : answerRules).find(({ when }) => when(reading))
  if (rule === undefined) return null
  const say = (text: string | ((reading: Reading) => string)) =>
    typeof text === 'string' ? text : text(reading)
  return {
    code: rule.code,
    tone: isTargetAtFault(encounter) ? 'failure' : 'warning',
    what: (rule.what ?? sayAnswer)(reading),
    why: say(rule.why),
    todo: say(rule.todo),
  }
}

/**
 * Whether the exchange says that the target as a whole does not work, and not that it refused this one notification:
 * there was no answer, or a proxy in front of the app gave it.
 */
export function isTargetAtFault({ status, errorCode }: Pick<Encounter, 'status' | 'errorCode'>): boolean {
  if (status === null) return errorCode !== 'UNSENDABLE' && errorCode !== 'ABORTED'
  return status === 502 || status === 503 || status === 504
}

/** A cause as one text. */
export function sayCause({ what, why, todo }: Cause): string {
  return `${what} ${why} ${todo}`
}

function read(encounter: Encounter): Reading {
  const { url, status, errorCode, error, headers, body, sign } = encounter
  const header = (name: string) => valuesOf(headers, name).join(', ')
  const start = (body ?? '').slice(0, readCharacters)
  return {
    url: new URL(url),
    status: status ?? 0,
    errorCode: errorCode ?? '',
    error: error ?? 'no reason is known',
    header,
    start,
    refusal: `${header('www-authenticate')}\n${start}`,
    sign,
    hasOwnAuthorization: encounter.hasOwnAuthorization ?? false,
    isKeyRight: encounter.isKeyRight ?? false,
  }
}

function sayAnswer({ url, status, error, header }: Reading): string {
  if (status === 0) return `No answer from ${url.href}: ${error}.`
  const location = header('location')
  return `${url.href} answered ${status}${location === '' ? '' : ` with Location ${location}`}.`
}
