/** The messages of `WS /api/stream` and, but for `hello`, `lagged` and `removed`, the lines of `--json`. */

import type { StatusFinding } from './finding.ts'
import type { Delivery, Notification } from './notification.ts'
import type {
  ShareStatus,
  Status,
  StoreStatus,
  SubscriptionStatus,
  TargetStatus,
  TunnelStatus,
} from './status.ts'

export type StreamMessage =
  /** First message of every connection; what follows are the notifications after `after`, then live ones. */
  | { type: 'hello'; version: string; lastSeq: number; status: Status }
  | { type: 'notification'; notification: Notification }
  | { type: 'delivery'; delivery: Delivery }
  /** With `respond: "passthrough"`: what Fatture in Cloud got in the end, and what was odd about it. */
  | { type: 'answered'; seq: number; answer: Notification['answer']; problems: string[] }
  | { type: 'tunnel'; tunnel: TunnelStatus }
  | { type: 'subscription'; subscription: SubscriptionStatus }
  | { type: 'target'; target: TargetStatus }
  /** All targets, after they were changed while fic-dev runs. */
  | { type: 'targets'; targets: TargetStatus[] }
  | { type: 'share'; share: ShareStatus }
  | { type: 'store'; store: StoreStatus }
  /** All findings of the status, after one has appeared, changed or gone. Not sent if only a number in one has changed. */
  | { type: 'findings'; findings: StatusFinding[] }
  /** One notification was removed, or, if `seq` is `null`, all of them up to `upTo`. */
  | { type: 'removed'; seq: number | null; upTo?: number }
  /** This reader was too slow or asked for too much, or an import has added many: fetch again what came after `after`. */
  | { type: 'lagged'; after: number; lastSeq: number }
