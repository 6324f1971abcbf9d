/** The state of all parts of a daemon, as `GET /api/status` and the stream give it. */

import type { Status } from '../contract/status.ts'
import type { Deliverer } from '../delivery/deliverer.ts'
import { toFindings, type FindingFacts } from '../doctor/findings.ts'
import type { Intake } from '../intake/take.ts'
import { version } from '../installation.ts'
import type { Sink } from '../sink/server.ts'
import type { Store } from '../store/store.ts'
import type { SubscriptionKeeper } from '../subscription/keeper.ts'
import type { MainTunnel } from '../tunnel/open.ts'
import type { Addresses } from './addresses.ts'
import type { Sharing } from './sharing.ts'

export interface StatusParts {
  startedAt: Date
  /** Absolute. */
  dataDir: string
  addresses: Addresses
  /** Of the emulator in this process or beside it. */
  emulatorUrl: string | null
  tunnel: Pick<MainTunnel, 'status'> | null
  keeper: Pick<SubscriptionKeeper, 'status'> | null
  deliverer: Pick<Deliverer, 'status'>
  sharing: Pick<Sharing, 'status'> | null
  sink: Pick<Sink, 'counts'>
  intake: Pick<Intake, 'clock'>
  store: Pick<Store, 'status' | 'counts'>
}

export function toStatus(parts: StatusParts): Status {
  const { addresses, store } = parts
  const facts = toFacts(parts)
  return {
    version,
    node: process.version,
    startedAt: parts.startedAt.toISOString(),
    project: parts.dataDir,
    sinkUrl: addresses.anySinkUrl(),
    inspectorUrl: addresses.inspectorUrl(),
    emulatorUrl: parts.emulatorUrl,
    ...facts,
    counts: store.counts(),
    findings: toFindings(facts),
  }
}

/** What findings are derived from. Unlike the whole status, it counts nothing in the store but the deliveries that wait. */
export function toFacts({
  tunnel,
  keeper,
  deliverer,
  sharing,
  sink,
  store,
  intake,
}: StatusParts): FindingFacts {
  const share = sharing?.status() ?? null
  return {
    tunnel: tunnel?.status() ?? null,
    subscription: keeper?.status() ?? null,
    targets: deliverer.status(),
    share,
    sink: share?.role === 'follower' ? null : sink.counts(),
    store: store.status(),
    clock: intake.clock(),
  }
}
