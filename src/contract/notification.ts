/** What the private API and the stream say about a notification and its deliveries. Members are only ever added. */

import type { Finding } from './finding.ts'
import type {
  Channel,
  ClaimWord,
  Mapping,
  NotificationKind,
  ReplaySignature,
  SignatureOutcome,
  Verdict,
} from './vocabulary.ts'

/** A header as it came over the wire: case, order and repetitions kept. */
export type HeaderPair = [name: string, value: string]

/** What one claim of the token says, and whether that is what Fatture in Cloud would have put there. */
export interface ClaimVerdict {
  claim: 'alg' | 'signature' | 'iss' | 'aud' | 'sub' | 'jti' | 'iat' | 'nbf' | 'exp' | 'aid'
  /** As found in the token; `null` when it is absent. */
  value: unknown
  /** What was expected, in words; `null` for a claim that is only shown. */
  expected: string | null
  verdict: ClaimWord
  /** One sentence for a person. */
  says: string
}

export interface SignatureReport {
  outcome: SignatureOutcome
  claims: ClaimVerdict[]
  problems: string[]
}

export interface CloudEventAttributes {
  id: string
  type: string
  source: string
  subject: string
  time: string
  specversion: string
}

/** One HTTP message from outside, made durable. Times are ISO 8601 in UTC. */
export interface Notification {
  /** Grows by at least one with each capture; never used twice in a store. */
  seq: number
  kind: NotificationKind
  receivedAt: string
  method: string
  path: string
  headers: HeaderPair[]
  bodyBytes: number
  /**
   * The body as text; `null` when it is not UTF-8 (the raw bytes: `GET /api/notifications/:seq/body`). In lists and on
   * the stream only its first 64 KiB: where `bodyBytes` is more, the detail has the whole.
   */
  body: string | null
  /**
   * Only in a detail, and if the body is compressed, in another charset, or not text: its text, or `null`, and what it
   * is: `application/json, gzip, 120 bytes`.
   */
  decoded?: { text: string | null; says: string }
  mapping: Mapping | null
  eventType: string | null
  company: number | null
  /** As at `data.ids` of the body. A whole number beyond 2^53 is a string of its digits. */
  ids: (number | string)[]
  cloudEvent: CloudEventAttributes | null
  signature: SignatureReport
  /** What Fatture in Cloud got back. */
  answer: { status: number; body: string | null }
  /** What is odd about the message itself, in words. */
  problems: string[]
  /** The `seq` of the first capture with the same CloudEvents id. */
  twinOf: number | null
  /** All of them in a detail; only the last one in a list. */
  deliveries: Delivery[]
  /** With `view=row`: how many ids there are; `ids` has the first 100. */
  idCount?: number
}

/**
 * Why an answer does not count as delivered, or why there is none: a finding about one delivery. `failure`: the target as
 * a whole does not work. `warning`: it refused this notification, or failed on it.
 */
export type Cause = Finding

/** One attempt to deliver a notification to a target. */
export interface Delivery {
  id: number
  /** The notification's `seq`. */
  seq: number
  channel: Channel
  /** The URL of the app, or the server of the stream. */
  target: string
  /** 1 for the first; a replay is always 1. */
  attempt: number
  replay: boolean
  sign: ReplaySignature
  startedAt: string
  durationMs: number | null
  status: number | null
  /** Why there is no status, or what is wrong with the body of the answer: a phrase. */
  error: string | null
  /** Why there is no status: a code of the system, of Node or of fic-dev (`TIMEOUT`); `null` if there is one. */
  errorCode: string | null
  /** `null` if it was delivered, if it is pending, and in the channel `stream`. */
  cause: Cause | null
  responseHeaders: HeaderPair[]
  /** The first 64 KiB of the answer, decoded; in parentheses, what it is if it is not text: `(image/png, 12.3 KB)`. */
  responseBody: string | null
  /** Present if headers and body of the answer were dropped: of several attempts, those of the first and the last are kept. */
  answerDropped?: true
  verdict: Verdict
  /** What was really sent, where it differs from what was captured. In parentheses, what the body is if it is not text. */
  sent: { headers: HeaderPair[]; body: string } | null
  /** When the next attempt is due; `null` when there will be none. */
  nextAttemptAt: string | null
}
