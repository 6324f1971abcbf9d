/** What the emulator remembers of each message that it sends, or means to send. */

import { randomUUID } from 'node:crypto'
import type { Mapping, NotificationKind, Verdict, VerificationMethod } from '../contract/vocabulary.ts'
import type { Subscription } from './subscriptions/subscription.ts'

/** One request of a delivery, and its answer. */
export interface DeliveryAttempt {
  /** The start, as ISO 8601 in UTC, on the emulator's clock. */
  at: string
  /** The status of the answer; `null` if no answer arrived. */
  status: number | null
  /** The reason why there is no status, or why the answer to a challenge is wrong; otherwise `null`. */
  error: string | null
  /** The duration in milliseconds of real time. */
  durationMs: number
}

/**
 * The result of a delivery. `pending`: not sent yet, or waiting for its next attempt. `lost`: not sent because of the
 * fault `lost`. `cancelled`: not sent because the subscription was deleted or its sink changed.
 * A verification ends as `verified` or `failed`, the others as `delivered`, `dropped` or `subscription-deleted`.
 */
export type DeliveryOutcome = Exclude<Verdict, 'retried'> | 'verified' | 'failed' | 'lost' | 'cancelled'

/** A message of the emulator to a sink, and its result. */
export interface EmulatedDelivery {
  /** The id of the subscription, such as `SUB1`. */
  subscriptionId: string
  /** The CloudEvents id; for a verification, the `jti` of its token. */
  notificationId: string
  /** The kind of the message. */
  kind: Exclude<NotificationKind, 'unknown'>
  /** The event type in full; `null` for a verification. */
  eventType: string | null
  /** The attempts so far, the oldest first. */
  attempts: DeliveryAttempt[]
  /** The result so far. */
  outcome: DeliveryOutcome
}

/** A delivery with all that is needed to send it, again too after a restart. */
export interface Delivery extends EmulatedDelivery {
  company: number
  /** When the event happened: RFC 3339. */
  time: string
  ids: (number | string)[]
  /** Overrides the subscription's own. */
  mapping: Mapping | null
  challenge: { value: string; method: VerificationMethod; sink: string } | null
  dueAtMs: number
}

/** `number`: the integer of its id, used once. Due at once. */
export function createDelivery(
  { id, company }: Subscription,
  kind: Delivery['kind'],
  eventType: string | null,
  number: number,
  nowMs: number,
): Delivery {
  return {
    subscriptionId: id,
    notificationId: `${number}:${randomUUID()}`,
    kind,
    eventType,
    attempts: [],
    outcome: 'pending',
    company,
    time: toEventTime(nowMs),
    ids: [],
    mapping: null,
    challenge: null,
    dueAtMs: nowMs,
  }
}

/** RFC 3339 in whole seconds and with an offset, as in the documentation's samples. */
function toEventTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`
}

/** The part that people and tests may see. */
export function toEmulatedDelivery(delivery: Delivery): EmulatedDelivery {
  const { subscriptionId, notificationId, kind, eventType, attempts, outcome } = delivery
  return {
    subscriptionId,
    notificationId,
    kind,
    eventType,
    attempts: attempts.map((attempt) => ({ ...attempt })),
    outcome,
  }
}
