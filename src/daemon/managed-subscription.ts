/** The subscription keeper with what it needs to reach Fatture in Cloud, or nothing where there is no token. */

import type { SubscriptionApi } from '../inspector/server.ts'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/environment.ts'
import { defaultCompany } from '../emulator/index.ts'
import { FicDevError } from '../errors.ts'
import { createFicApi } from '../fic/api.ts'
import { isEmulator } from '../fic/api-error.ts'
import type { Logger } from '../log.ts'
import type { SubscriptionRecords } from '../store/subscriptions.ts'
import { createSubscriptionKeeper, type SubscriptionKeeper } from '../subscription/keeper.ts'
import type { Tunnel } from '../tunnel/supervisor.ts'

export interface ManagedSubscription {
  keeper: SubscriptionKeeper
  api: SubscriptionApi
}

export interface ManagedSubscriptionOptions {
  config: Config
  secrets: Secrets
  /** The API's address: the emulator's, or Fatture in Cloud's. */
  apiBase: string
  records: SubscriptionRecords
  tunnel: Tunnel
  sinkUrl(): string | null
  /** Whether the sink URL will be the same after the next start; decides what is done on exit. */
  stableUrl: boolean
  log: Logger
  now?: () => Date
}

/** Any token opens every door of the emulator. */
const emulatorToken = 'emulator'

/** `null` where no token or no company is known: then the subscription is the user's own affair. */
export function createManagedSubscription(options: ManagedSubscriptionOptions): ManagedSubscription | null {
  const { config, apiBase, log } = options
  const offline = isEmulator(apiBase)
  const token = config.emulator
    ? emulatorToken
    : (options.secrets.accessToken ?? (offline ? emulatorToken : null))
  const company = config.company ?? (offline ? defaultCompany : null)
  if (token === null || company === null) return null

  const api = createFicApi({ apiBase, token, company, log })
  const keeper = createSubscriptionKeeper({
    api,
    records: options.records,
    apiBase,
    company,
    wanted: {
      types: config.types,
      mapping: config.mapping,
      verificationMethod: config.verificationMethod,
    },
    sinkUrl: options.sinkUrl,
    probe: () => options.tunnel.probeNow(),
    log,
    ...(options.now && { now: options.now }),
    ...(config.subscription !== null && { subscriptionId: config.subscription }),
    ...(config.takeOver !== null && { takeOver: config.takeOver }),
    recreate: config.recreate,
    onExit: config.onExit ?? onExitByDefault(options, apiBase, company),
  })
  return {
    keeper,
    api: {
      list: () => api.list(),
      async verify(id) {
        if (id !== keeper.status().id) {
          throw new FicDevError('BAD_REQUEST', `${id} is not the subscription that fic-dev keeps.`, {
            hint: `fic-dev changes only its own subscription${ownId(keeper)}; --subscription names another.`,
          })
        }
        await keeper.verify()
        return keeper.status()
      },
    },
  }
}

/** What was taken over goes back to whom it belongs to; a random URL leaves a sink that nobody answers at. */
function onExitByDefault(
  { config, records, stableUrl }: ManagedSubscriptionOptions,
  apiBase: string,
  company: number,
): 'keep' | 'delete' | 'restore' {
  const holdsAnothers = records.all(apiBase, company).some(({ takenOverFrom }) => takenOverFrom !== null)
  if (config.takeOver !== null || holdsAnothers) return 'restore'
  return stableUrl ? 'keep' : 'delete'
}

function ownId(keeper: SubscriptionKeeper): string {
  const { id } = keeper.status()
  return id === null ? '' : `, ${id}`
}
