/** The subscription of a daemon: the keeper, and the service beside it. */

import type { OnExit } from '../contract/vocabulary.ts'
import {
  createSubscriptionKeeper,
  type SubscriptionKeeper,
  type SubscriptionKeeperOptions,
} from './keeper.ts'
import { createSubscriptionService, type SubscriptionService } from './service.ts'

export interface ManagedSubscription {
  keeper: SubscriptionKeeper
  service: SubscriptionService
}

export interface ManagedSubscriptionOptions extends Omit<SubscriptionKeeperOptions, 'onExit'> {
  /** As configured; `null` for the default. */
  onExit: OnExit | null
  /** The secret path of our sink. */
  sinkPath: string
  /** Whether the sink URL will be the same after the next start; decides what is done on exit by default. */
  isStable: () => boolean
}

/** Builds the keeper and the service; nothing is asked before the keeper starts. */
export function createManagedSubscription(options: ManagedSubscriptionOptions): ManagedSubscription {
  const { records, apiBase, company, sinkUrl, probe, wanted, takeOver = null } = options
  const hasTakenOver = records.all(apiBase, company).some(({ takenOverFrom }) => takenOverFrom !== null)
  const keeper = createSubscriptionKeeper({
    ...options,
    // What was taken over is restored; a random URL leaves a sink that does not answer.
    get onExit() {
      if (options.onExit !== null) return options.onExit
      if (takeOver !== null || hasTakenOver) return 'restore'
      return options.isStable() ? 'keep' : 'delete'
    },
  })
  const service = createSubscriptionService({
    ...options,
    keeper,
    verificationMethod: wanted.verificationMethod,
    ourSink: `http://127.0.0.1${options.sinkPath}`,
    // A sink of ours under another host is one of an earlier tunnel: the probe would prove another address.
    probe: async (sink) =>
      sink === sinkUrl()
        ? probe()
        : { outcome: 'failed', reason: `${new URL(sink).origin} is no longer the address of this fic-dev` },
  })
  return { keeper, service }
}
