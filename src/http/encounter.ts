/** An exchange with the developer's app, in the form that the rules of its causes read. */

import type { HeaderPair } from '../contract/notification.ts'
import type { ReplaySignature } from '../contract/vocabulary.ts'
import { valuesOf } from './headers.ts'

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

export function readEncounter(encounter: Encounter): Reading {
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
