/** The private API over the store, without a daemon: the command line asks it in process, and nothing listens. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/environment.ts'
import { FicDevError } from '../errors.ts'
import { createFicApi } from '../fic/api.ts'
import { createResourceReader } from '../fic/resources.ts'
import { createVerifier } from '../fic/signature/verify.ts'
import { silentLog, type Logger } from '../log.ts'
import { databasePathOf } from '../store/database.ts'
import { readSecretsOf } from '../store/secrets.ts'
import type { Store } from '../store/store.ts'
import { createSubscriptionsByHand } from '../subscription/by-hand.ts'
import { createProbe } from '../tunnel/probe.ts'
import { randomSubdomain } from '../tunnel/subdomain.ts'
import { emulatorKeyOf } from './emulator-state.ts'
import { findFicAccess } from './fic-access.ts'
import { knownSinks } from './known-sinks.ts'
import { Live } from './live.ts'
import { openStoreIfPossible } from './open-store.ts'
import { buildRooms } from './rooms.ts'

export interface Offline {
  /** Answers as the running daemon would. */
  inject(request: InjectOptions): Promise<LightMyRequestResponse>
  close(): Promise<void>
}

export interface OfflineOptions {
  /** For requests to Fatture in Cloud. */
  secrets?: Secrets | undefined
  /** Whether a data dir and keys are created where there are none. Otherwise an empty project is read, and nothing is left. */
  creates: boolean
}

/**
 * Holds the store's lock until `close`.
 * @throws FicDevError DATA_DIR_LOCKED when a daemon runs after all
 */
export async function openOffline(
  config: Config,
  { secrets = { accessToken: null }, creates }: OfflineOptions,
): Promise<Offline> {
  if (creates || hasStore(config.dataDir)) return openStoreOf(config, secrets, creates)
  const dataDir = mkdtempSync(join(tmpdir(), 'fic-dev-empty-'))
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  try {
    const offline = await openStoreOf({ ...config, dataDir }, secrets, creates)
    return { ...offline, close: () => offline.close().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

/** Also where there can be none: opening it says why. */
function hasStore(dataDir: string): boolean {
  try {
    statSync(databasePathOf(dataDir))
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT')
  }
}

async function openStoreOf(config: Config, secrets: Secrets, creates: boolean): Promise<Offline> {
  const log = silentLog()
  const { dataDir, keep, keepDays } = config
  // Only the daemon drops notifications: a command may have been given another configuration.
  const { store } = openStoreIfPossible({ dataDir, keep, keepDays, isPruning: false, log })
  const project = await readSecretsOf(config.dataDir, randomSubdomain)
  const token = randomBytes(32).toString('base64url')
  const sinkPath = `/${project.sinkSecret}`
  const live = new Live(new Date(), sinkPath, (await emulatorKeyOf(config, creates)) ?? config.publicKey)
  live.knownSinks = knownSinks(config, store.subscriptions, sinkPath)
  live.inspectorPort = config.port.port
  reachFic(live, { config, secrets, store, sinkPath, log })
  const { inspector, deliverer } = await buildRooms({
    config,
    project,
    token,
    store,
    probe: createProbe(Buffer.from(project.probeKey, 'hex')),
    live,
    targetsSource: 'default',
    verify: await createVerifier(live.publicKey),
    publish: () => {},
    examine: () => null,
    stop: refuseStop,
    log,
    now: () => new Date(),
  })
  return {
    inject: (request) =>
      inspector.app.inject({
        ...request,
        headers: {
          ...request.headers,
          host: `127.0.0.1:${config.port.port}`,
          authorization: `Bearer ${token}`,
        },
      }),
    async close() {
      await inspector.app.close()
      await deliverer.close()
      store.close()
    },
  }
}

async function refuseStop(): Promise<never> {
  throw new FicDevError('NO_DAEMON', 'No fic-dev is running here.')
}

interface Reaching {
  config: Config
  secrets: Secrets
  store: Store
  sinkPath: string
  log: Logger
}

/** Subscriptions and resources need no daemon, but a sink of ours answers nobody without one. */
function reachFic(live: Live, { config, secrets, store, sinkPath, log }: Reaching): void {
  const access = findFicAccess(config, secrets, null)
  if (access === null) return
  live.resources = createResourceReader({ ...access, log })
  const { apiBase, company } = access
  if (company === null) return
  live.subscriptions = createSubscriptionsByHand({
    api: createFicApi({ ...access, company, log }),
    records: store.subscriptions,
    apiBase,
    company,
    verificationMethod: config.verificationMethod,
    ourSink: `http://127.0.0.1${sinkPath}`,
    probe: async () => ({
      outcome: 'failed',
      reason: 'no fic-dev runs here to answer the challenge; "fic-dev start" verifies the subscription',
    }),
    log,
  })
}
