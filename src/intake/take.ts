/** Takes a notification in: reads it, verifies it, limits strangers, captures it, decides the answer. Knows no transport. */

import type { HeaderPair, Notification } from '../contract/notification.ts'
import type { ClockStatus } from '../contract/status.ts'
import { findAmbiguities, withAmbiguities } from '../fic/ambiguity.ts'
import { readNotification, type ReadNotification } from '../fic/read-notification.ts'
import { readBehindSeconds } from '../fic/signature/clock.ts'
import type { Expected, VerifySignature } from '../fic/signature/verify.ts'
import { toPlainMessage } from '../http/body.ts'
import type { Capture, CaptureOptions } from '../store/notifications.ts'
import { answerFor, type Answer } from './answer.ts'
import { chooseAnswerer, planDelivery, type Policy } from './policy.ts'
import { createRateLimit } from './rate-limit.ts'

/** A request of Fatture in Cloud, whatever it came by. */
export interface IncomingRequest {
  method: string
  /** With the query, as received. */
  path: string
  /** Case, order and repetitions kept. */
  headers: HeaderPair[]
  body: Buffer
  receivedAt: Date
}

export interface Judgement {
  read: ReadNotification
  /** All that there is to capture but the answer. */
  capture: Omit<Capture, 'answer'>
}

export interface IntakeOptions {
  verify: VerifySignature
  /** The clock that tokens are judged by, at the arrival of one; the machine's own if left out. */
  tokenTime?(receivedAt: Date): Date | Promise<Date>
  /** The sink URLs that a token may name as its audience. */
  audiences(): string[]
  capture(capture: Capture, options: CaptureOptions): Promise<Notification>
  policy: Policy
  /** The URLs of the targets that take an event type. */
  targetsFor(eventType: string | null): string[]
  /** Asks the target at once; `null` if there is none for this notification. */
  passThrough(notification: Notification, own: OwnAnswer): Promise<RelayedAnswer | null>
  /** Called before an answer is sent that is not fic-dev's own. */
  onRelayed(seq: number, answer: Answer, problems: string[]): Promise<void>
}

/** The answer of fic-dev if the target is not asked. */
interface OwnAnswer {
  /** Of a verification that can be answered; otherwise `null`. */
  challenge: string | null
  answer: Answer
}

/** The answer that the target leads to. */
interface RelayedAnswer extends Answer {
  /** Why it is not simply the target's answer; `null` when it is. */
  problem: string | null
}

/**
 * Why nothing was captured. `limited`: too many came that are unsigned or invalid. `too-large`: its body is longer than
 * that of an unsigned one may be.
 */
type Refusal = 'limited' | 'too-large'

/** A notification that is durable. */
interface Taken {
  /** Whether it is a verification whose challenge is answered. */
  isChallenge: boolean
  /** May wait for the target. */
  answer(): Promise<Answer>
}

export interface Intake {
  /** Rejects if it could not be captured. A refused one leaves nothing behind. */
  take(request: IncomingRequest): Promise<Taken | Refusal>
  /** What the newest genuine token showed about the clock; `null` if nothing is wrong with it. */
  clock(): ClockStatus | null
}

/** Unsigned and invalid captures: a burst of 60, then 1 per second. */
const unverifiedBurst = 60
const unverifiedPerSecond = 1

/** 64 KiB: ids of thousands of resources, and a bound for what a stranger can put on the disk. */
const unverifiedBodyBytes = 64 * 1024

export function createIntake(options: IntakeOptions): Intake {
  const { verify, audiences, capture, policy, targetsFor, tokenTime } = options
  let clock: ClockStatus | null = null
  const unverified = createRateLimit(unverifiedBurst, unverifiedPerSecond, () => performance.now())
  return {
    async take(request) {
      const { read, capture: found } = await judgeRequest(request, verify, { audiences, tokenTime })
      const behind = readBehindSeconds(found.signature, found.receivedAt)
      if (behind !== null || found.signature.outcome === 'valid') clock = toClock(behind, found.receivedAt)
      const { outcome } = found.signature
      if (outcome !== 'valid') {
        // One with a token may be genuine and signed with a new key, so it has to come again.
        if (found.body.length > unverifiedBodyBytes) return outcome === 'missing' ? 'too-large' : 'limited'
        if (!unverified.take()) return 'limited'
      }
      const own = answerFor(read.kind, read.challenge)
      const whole = { ...found, answer: own }
      const notification = await capture(whole, planDelivery(whole, policy, targetsFor))
      const { challenge } = read
      return {
        isChallenge: challenge !== null,
        answer: () => relay(notification, { challenge, answer: own }, options),
      }
    },
    clock: () => clock,
  }
}

/** With `respond: "passthrough"`, the target may decide what Fatture in Cloud gets. */
async function relay(
  notification: Notification,
  own: OwnAnswer,
  { policy, passThrough, onRelayed }: IntakeOptions,
): Promise<Answer> {
  const answerer = chooseAnswerer(notification, own.challenge, policy)
  if (answerer === 'fic-dev') return own.answer
  const relayed =
    answerer === 'target'
      ? await passThrough(notification, own)
      : { ...own.answer, problem: unsignedVerification }
  if (relayed === null) return own.answer
  const { problem, ...answer } = relayed
  await onRelayed(notification.seq, answer, problem === null ? [] : [problem])
  return answer
}

const unsignedVerification =
  'This verification is not signed by Fatture in Cloud, so the target was not asked; fic-dev answered it.'

function toClock(behindSeconds: number | null, noticedAt: Date): ClockStatus | null {
  if (behindSeconds === null) return null
  return { behindMs: Math.round(behindSeconds * 1000), noticedAt: noticedAt.toISOString() }
}

interface Judges {
  audiences(token: string | null): Expected['audiences']
  tokenTime?: IntakeOptions['tokenTime']
}

/** Reads and verifies; never rejects for what came. */
export async function judgeRequest(
  { method, path, headers, body, receivedAt }: IncomingRequest,
  verify: VerifySignature,
  { audiences, tokenTime = () => receivedAt }: Judges,
): Promise<Judgement> {
  // An app's framework decodes a body before the app reads it, so that is what is judged; the bytes are kept as they came.
  const plain = toPlainMessage({ headers, body }).body
  const read = readNotification({ method, path, rawHeaders: headers.flat(), body: plain })
  const report = await verify(read.token, {
    audiences: audiences(read.token),
    kind: read.kind,
    id: read.cloudEvent?.id ?? null,
    subject: read.cloudEvent?.subject ?? null,
    now: read.token === null ? receivedAt : await tokenTime(receivedAt),
  })
  const { kind, mapping, eventType, company, ids, cloudEvent, problems } = read
  const request = { method, path, headers, body, receivedAt }
  const signature = withAmbiguities(report, findAmbiguities({ headers, path, body: plain }))
  return {
    read,
    capture: { ...request, kind, mapping, eventType, company, ids, cloudEvent, problems, signature },
  }
}
