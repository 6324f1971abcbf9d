/** The state of the running parts, as `GET /api/status` and the stream tell it. Times are ISO 8601 in UTC. */

export type TunnelState = 'starting' | 'up' | 'suspect' | 'down' | 'unknown' | 'held' | 'stopped'

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
  /** 5 (protocol section 2). */
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
  health: 'unknown' | 'healthy' | 'unreachable'
  since: string
  detail: string | null
  /** Deliveries that wait for this target. */
  waiting: number
  paused: boolean
}

export interface SinkCounts {
  captured: number
  notFound: number
  wrongMethod: number
  tooLarge: number
  rateLimited: number
  failed: number
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
  sink: SinkCounts | null
  counts: { notifications: number; deliveries: number; waiting: number }
}
