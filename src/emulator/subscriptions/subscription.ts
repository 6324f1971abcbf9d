/** A subscription as the emulator keeps it, and as the API shows it (docs/protocol.md#1-subscriptions). */

import type { Mapping } from '../../contract/vocabulary.ts'

export interface Subscription {
  /** `SUB` and a number that grows. */
  id: string
  company: number
  sink: string
  verified: boolean
  /** Real event types only: groups are exploded when they are registered. */
  types: string[]
  mapping: Mapping
  /** Verification attempts since the last success, the one of the creation counted. */
  attempts: number
  lastAttemptAtMs: number | null
  /** When errors begin to delete the subscription; `null` while all is well (docs/protocol.md#how-fic-interprets-a-response). */
  expiresAtMs: number | null
}

/** A subscription in an answer of the API. */
export interface SubscriptionView {
  /** `SUB` and a number. */
  id: string
  /** The URL that receives the notifications. */
  sink: string
  /** Whether the last verification of this sink succeeded. */
  verified: boolean
  /** Event types in full; group types are expanded. */
  types: string[]
  /** Further settings. */
  config: {
    /** The form of the notifications. */
    mapping: Mapping
  }
}

export function toSubscriptionView(subscription: Subscription): SubscriptionView {
  const { id, sink, verified, types, mapping } = subscription
  return { id, sink, verified, types: [...types], config: { mapping } }
}
