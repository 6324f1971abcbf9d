/** The state of the running parts, as `GET /api/status` and the stream tell it. Times are ISO 8601 in UTC. */

import type { StatusFinding } from './finding.ts'
import type { Cause } from './notification.ts'
import type { TunnelState, Verdict } from './vocabulary.ts'

export interface TunnelStatus {
  provider: string
  state: TunnelState
  /** The public origin, without the secret path; `null` while there is none. */
  publicUrl: string | null
  /** What is known about the present state, in words. */
  detail: string | null
  since: string
  /** The latest changes, oldest first. */
  history: TunnelChange[]
}

export interface TunnelChange {
  at: string
  state: TunnelState
  publicUrl: string | null
  detail: string | null
}

/** One call to Fatture in Cloud that makes it send a challenge. */
export interface VerificationAttempt {
  at: string
  subscriptionId: string
  cause: 'create' | 'sink-changed' | 'verify'
  outcome: 'verified' | 'failed' | 'refused' | 'unknown'
  detail: string | null
}

export interface VerificationBudget {
  used: number
  /** 5 (docs/protocol.md#2-verification). */
  limit: number
  nextPossibleAt: string | null
}

export interface SubscriptionStatus {
  /** `unmanaged`: there is no token or company, so fic-dev leaves the subscription alone. */
  state: 'unmanaged' | 'working' | 'verified' | 'unverified' | 'failed'
  id: string | null
  sink: string | null
  types: string[]
  /** Types that another subscription of the same app holds. */
  taken: { type: string; subscriptionId: string; sink: string }[]
  warnings: string[]
  budget: VerificationBudget | null
  /** What is going on or went wrong, in words. */
  detail: string | null
  hint: string | null
}

export interface TargetStatus {
  url: string
  /** Of the last attempt; `unreachable` also if no connection is accepted. */
  health: 'unknown' | 'healthy' | 'unreachable'
  since: string
  detail: string | null
  /** What is probably behind it; `null` unless it is unreachable. */
  cause: Cause | null
  /** Verdict on the last answer to a delivery; `null` before the first. */
  lastVerdict: Verdict | null
  /** Its HTTP status; `null` if there was no answer. */
  lastStatus: number | null
  /** Deliveries that wait for this target. */
  waiting: number
  paused: boolean
}

/** One subscription for several machines, by a stream of a NATS server. */
export interface ShareStatus {
  /** A hub publishes what it captures, a follower takes it from the stream. */
  role: 'hub' | 'follower'
  /** Without credentials. */
  url: string
  state: 'connecting' | 'connected' | 'disconnected'
  since: string
  /** Why it is not connected, in words. */
  detail: string | null
  /** What a person can do about that; `null` where only waiting helps. */
  hint: string | null
  /** On the hub, notifications that are not in the stream yet; on a follower, those there that it does not have yet, as of the last look. */
  lag: number
  /** The follower's own name; `null` on the hub. */
  name: string | null
  /** On a follower, the sink of the hub, as of the newest valid notification: the audience that its app expects. */
  hubSink: string | null
  /** On the hub, everybody who follows or has followed; empty on a follower and while not connected. */
  followers: ShareFollower[]
}

export interface ShareFollower {
  name: string
  company: number
  /** Notifications in the stream that it does not have yet, those of types that it does not want included. */
  waiting: number
  /** Whether it is there now. */
  connected: boolean
  /** When it was there last; `null` while it is there. */
  lastSeenAt: string | null
}

/** Whether what is captured is in files that the next start finds. */
export interface StoreStatus {
  /** `restored`: files were removed while fic-dev ran, and were written again. `failed`: notifications are answered 503. */
  state: 'ok' | 'restored' | 'failed'
  since: string
  /** What happened; sentences. */
  detail: string | null
  /** What to do; `null` if there is nothing to do. */
  hint: string | null
}

export interface SinkCounts {
  captured: number
  notFound: number
  wrongMethod: number
  tooLarge: number
  rateLimited: number
  failed: number
}

/** What the newest genuine token shows about the clock of this machine. */
export interface ClockStatus {
  /** By how much it is behind; negative if it seems to be ahead, because the token came expired. */
  behindMs: number
  /** When the token came, by that same clock. */
  noticedAt: string
}

export interface Status {
  version: string
  node: string
  startedAt: string
  project: string
  sinkUrl: string | null
  inspectorUrl: string | null
  emulatorUrl: string | null
  tunnel: TunnelStatus | null
  subscription: SubscriptionStatus | null
  targets: TargetStatus[]
  /** `null` when nothing is shared. */
  share: ShareStatus | null
  /** `null` on a follower, which has no sink. */
  sink: SinkCounts | null
  store: StoreStatus
  /** `null` if nothing is known to be wrong with it. */
  clock: ClockStatus | null
  counts: { notifications: number; deliveries: number; waiting: number }
  /** What is wrong with these parts; empty if nothing is. */
  findings: StatusFinding[]
}
