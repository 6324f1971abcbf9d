/** The subscription keeper of a daemon, with what it needs to reach Fatture in Cloud. */

import type { Config } from '../config/config.ts'
import type { OnExit } from '../contract/vocabulary.ts'
import { createFicApi } from '../fic/api.ts'
import type { Logger } from '../log.ts'
import type { SubscriptionRecords } from '../store/subscriptions.ts'
import { createSubscriptionsByHand, type SubscriptionsByHand } from '../subscription/by-hand.ts'
import { createSubscriptionKeeper, type SubscriptionKeeper } from '../subscription/keeper.ts'
import type { MainTunnel } from '../tunnel/open.ts'
import type { FicAccess } from './fic-access.ts'
import { besideKeeper } from './subscriptions-beside-keeper.ts'

export interface ManagedSubscription {
  keeper: SubscriptionKeeper
  byHand: SubscriptionsByHand
}

export interface ManagedSubscriptionOptions {
  config: Config
  access: FicAccess & { company: number }
  records: SubscriptionRecords
  tunnel: Pick<MainTunnel, 'probeNow' | 'isStable'>
  sinkUrl(): string | null
  /** As in `SubscriptionKeeperOptions`. */
  mayRisk: (reason: string) => Promise<boolean>
  /** The secret path of our sink. */
  sinkPath: string
  log: Logger
  now?: () => Date
}

export function createManagedSubscription(options: ManagedSubscriptionOptions): ManagedSubscription {
  const { config, records, log, tunnel } = options
  const { apiBase, company } = options.access
  const holdsAnothers = records.all(apiBase, company).some(({ takenOverFrom }) => takenOverFrom !== null)
  const api = createFicApi({ ...options.access, log })
  const { verificationMethod } = config
  const shared = { api, records, apiBase, company, log, ...(options.now && { now: options.now }) }
  const keeper = createSubscriptionKeeper({
    ...shared,
    wanted: { types: config.types, mapping: config.mapping, verificationMethod },
    sinkUrl: options.sinkUrl,
    probe: () => tunnel.probeNow(),
    mayRisk: options.mayRisk,
    ...(config.subscription !== null && { subscriptionId: config.subscription }),
    ...(config.takeOver !== null && { takeOver: config.takeOver }),
    recreate: config.recreate,
    // What was taken over goes back to whom it belongs to; a random URL leaves a sink that nobody answers at.
    get onExit(): OnExit {
      if (config.onExit !== null) return config.onExit
      if (config.takeOver !== null || holdsAnothers) return 'restore'
      return tunnel.isStable() ? 'keep' : 'delete'
    },
  })
  const byHand = createSubscriptionsByHand({
    ...shared,
    verificationMethod,
    ourSink: `http://127.0.0.1${options.sinkPath}`,
    // A sink of ours under another host is one of an earlier tunnel: the probe would prove another address.
    probe: async (sink) =>
      sink === options.sinkUrl()
        ? tunnel.probeNow()
        : { outcome: 'failed', reason: `${new URL(sink).origin} is no longer the address of this fic-dev` },
  })
  return { keeper, byHand: besideKeeper(byHand, keeper, { takeOver: config.takeOver }) }
}
