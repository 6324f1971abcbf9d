/** What a case of `fic-dev check` is, and what comes out of it. */

import type { Cause, HeaderPair } from '../contract/notification.ts'

/** What the cases are written for. */
export interface World {
  /** The receiver that is checked. */
  target: URL
  /** What the tokens name as their audience: the URL that the app believes to be its own. */
  audience: string
  company: number
  /** In full: a type that the app is meant to take. */
  eventType: string
  /** The configured headers of the target. */
  headers: Record<string, string>
  /** The headers that a delivery of these would have, with such configured ones. */
  toDelivered(headers: readonly HeaderPair[], configured: Record<string, string>): HeaderPair[]
  /** PEM; the app is given the public half. */
  devKey: { privateKey: string; publicKey: string }
  /** PEM; a key that the app has never heard of. */
  strangerKey: string
  now: Date
}

export interface CheckRequest {
  method: 'GET' | 'POST'
  url: URL
  headers: HeaderPair[]
  body: Buffer
}

/** How an answer came, or why none did. */
export interface CheckAnswer {
  status: number | null
  /** Why there is no status, in words. */
  error: string | null
  /** The same as a code of `http/exchange`. */
  errorCode: string | null
  headers: HeaderPair[]
  body: string | null
  durationMs: number
}

/** Sends one request, follows no redirect, and never rejects. */
export type Exchange = (request: CheckRequest, options: { timeoutMs: number }) => Promise<CheckAnswer>

/** A right receiver answers with the challenge, takes the notification, or refuses; a refused challenge is not repeated. */
type Expectation = 'challenge' | 'delivery' | 'refusal' | 'no-challenge'

export interface CheckCase {
  /** Short, stable, kebab-case: for `--only`, `--skip` and scripts. */
  name: string
  /** What is sent, in a few words. */
  title: string
  expects: Expectation
  /** What the wrong answer is: a failure, or something to be warned of. */
  severity: 'wrong' | 'careless'
  /** Why a right receiver answers so, and what the wrong answer costs; one or two sentences. */
  why: string
  /** In the order of sending; each has to be answered as expected. */
  write(world: World): Promise<CheckRequest[]>
}

/** The challenge in every case that has one: 64 hex characters (docs/protocol.md#2-verification). */
export const sampleChallenge = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

export type Outcome = 'right' | 'careless' | 'wrong' | 'skipped'

export interface CheckResult {
  name: string
  title: string
  /** What a right receiver does, in words. */
  expected: string
  outcome: Outcome
  /** Of the answer that decided; `null` when none came. */
  status: number | null
  durationMs: number | null
  /** What the app did, in words. */
  says: string
  /** What it would cost, in words; `null` where all is right. */
  cost: string | null
  /** What is probably behind it, as for a delivery; `null` if it was answered as expected. */
  cause: Cause | null
  /** The first 500 characters of an answer that was not expected. */
  body: string | null
}
