/** The private API over the store, without a daemon: the command line asks it in process, and nothing listens. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import type { Config } from '../config/config.ts'
import type { Secrets } from '../config/environment.ts'
import { FicDevError, hasCode, systemCodeOf } from '../errors.ts'
import { createFicApi } from '../fic-api/client.ts'
import { createResourceReader } from '../fic-api/resources.ts'
import { ficPublicKeyPem } from '../fic/signature/public-key.ts'
import { createVerifier } from '../fic/signature/verify.ts'
import { silentLog, type Logger } from '../log.ts'
import { databasePathOf } from '../store/database.ts'
import { prepareDataDir } from '../store/data-dir.ts'
import { hasSecrets, readSecretsOf } from '../store/secrets.ts'
import { openStore, type Store, type StoreOptions } from '../store/store.ts'
import { createSubscriptionService, type SubscriptionService } from '../subscription/service.ts'
import { knownSinks } from '../subscription/sink-url.ts'
import { createAddresses } from './addresses.ts'
import { createCore } from './core.ts'
import { emulatorKeyOf, findEmulator, tokenClock } from './emulator-access.ts'
import { companyOf, findFicAccess, type FicAccess } from '../fic-api/access.ts'

export interface Offline {
  /** Answers as the running daemon would; the body is a stream. */
  inject(request: InjectOptions): Promise<{ status: number; body: AsyncIterable<Uint8Array> }>
  close(): Promise<void>
}

export interface OfflineOptions {
  /** For requests to Fatture in Cloud. */
  secrets?: Secrets | undefined
  /** Whether a data dir and keys are created where there are none. Otherwise an empty project is read, and nothing is left. */
  creates: boolean
  /** The request that is to be answered: many need no store, so none is opened for them. */
  request: Pick<InjectOptions, 'method' | 'url' | 'payload'>
}

/**
 * Holds the store's lock until `close`.
 * @throws FicDevError DATA_DIR_LOCKED if another process holds the store
 */
export async function openOffline(
  config: Config,
  { secrets = { accessToken: null }, creates, request }: OfflineOptions,
): Promise<Offline> {
  const { dataDir } = config
  const storeDir = !needsStore(request, config) ? null : creates || hasStore(dataDir) ? dataDir : 'empty'
  const isThere = creates || storeDir === dataDir || hasSecrets(dataDir)
  const empty = isThere && storeDir !== 'empty' ? null : mkdtempSync(join(tmpdir(), 'fic-dev-empty-'))
  const remove = () => void (empty && rmSync(empty, { recursive: true, force: true }))
  try {
    if (creates) prepareDataDir(dataDir)
    const offline = await openCore(config, {
      secrets,
      creates,
      storeDir: storeDir === 'empty' ? empty : storeDir,
      secretsDir: isThere ? dataDir : (empty ?? dataDir),
    })
    return { ...offline, close: () => offline.close().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

/** What is known from files and the configuration alone. */
function needsStore({ method, url, payload }: OfflineOptions['request'], config: Config): boolean {
  switch (`${method} ${String(url)}`) {
    case 'GET /api/keys':
    case 'GET /api/types':
    case 'DELETE /api/sessions':
      return false
    case 'GET /api/env':
      // The sinks of subscriptions that are ours.
      return companyOf(config) !== null
    case 'POST /api/token':
      return companyOf(config) !== null || /"notification":/.test(String(payload))
    default:
      return true
  }
}

/** Also where there can be none: opening it says why. */
function hasStore(dataDir: string): boolean {
  try {
    statSync(databasePathOf(dataDir))
    return true
  } catch (error) {
    return systemCodeOf(error) !== 'ENOENT'
  }
}

/** Without the SQLite library, each use of the store throws: many requests do without it. */
function openStoreIfPossible(options: StoreOptions): { store: Store } {
  try {
    return { store: openStore(options) }
  } catch (thrown) {
    if (!hasCode(thrown, 'PACKAGE_MISSING')) throw thrown
    return { store: createUnusable(thrown) as Store }
  }
}

/** Has every member, at any depth, and each call but `close` throws. */
function createUnusable(error: unknown): unknown {
  const unusable: unknown = new Proxy(() => {}, {
    get: (_target, name) => (name === 'close' ? () => {} : unusable),
    apply: () => {
      throw error
    },
  })
  return unusable
}

interface Places {
  secrets: Secrets
  creates: boolean
  /** `null`: none is opened. */
  storeDir: string | null
  secretsDir: string
}

async function openCore(
  config: Config,
  { secrets, creates, storeDir, secretsDir }: Places,
): Promise<Offline> {
  const log = silentLog()
  const { dataDir, keep, keepDays, emulator } = config
  const project = await readSecretsOf(secretsDir)
  const sinkPath = `/${project.sinkSecret}`
  const emulatorKey = emulator ? await emulatorKeyOf(dataDir, creates) : null
  const publicKey = emulatorKey ?? config.publicKey ?? ficPublicKeyPem
  // Only the daemon drops notifications: a command may have been given another configuration.
  const { store } =
    storeDir === null
      ? { store: createUnusable(new Error('This request opens no store.')) as Store }
      : openStoreIfPossible({ dataDir: storeDir, keep, keepDays, isPruning: false, log })
  try {
    const separateEmulator = findEmulator(null, config.apiBase)
    const token = randomBytes(32).toString('base64url')
    const access = findFicAccess(config, secrets, null)
    const records = storeDir === null ? null : store.subscriptions
    const { inspector, deliverer } = await createCore({
      config,
      project,
      token,
      store,
      addresses: createAddresses({
        sinkPort: () => null,
        inspectorPort: () => config.port.port,
        publicUrl: () => null,
        sinkPath,
        knownSinks: knownSinks({ ...config, company: companyOf(config) }, records, sinkPath),
        emulatorUrl: separateEmulator?.url ?? null,
      }),
      publicKey,
      verify: await createVerifier(publicKey),
      tokenTime: tokenClock(null, config.apiBase),
      targetsSource: 'default',
      emulator: separateEmulator,
      resources: access && createResourceReader({ ...access, log }),
      subscriptions: access && createSubscriptions(access, { config, store, sinkPath, log }),
      heldTypes: () => [],
      share: () => null,
      status: refuseStatus,
      publish: () => {},
      examine: () => null,
      stop: refuseStop,
      log,
      now: () => new Date(),
    })
    return {
      async inject(request) {
        const answer = await inspector.app.inject({
          ...request,
          headers: {
            ...request.headers,
            host: `127.0.0.1:${config.port.port}`,
            authorization: `Bearer ${token}`,
          },
          // An export can be larger than memory.
          payloadAsStream: true,
        })
        return { status: answer.statusCode, body: answer.stream() }
      },
      async close() {
        await inspector.app.close()
        await deliverer.close()
        store.close()
      },
    }
  } catch (error) {
    store.close()
    throw error
  }
}

function refuseStatus(): never {
  throw new FicDevError('NO_DAEMON', 'No fic-dev is running here.')
}

async function refuseStop(): Promise<never> {
  return refuseStatus()
}

interface SubscriptionParts {
  config: Config
  store: Store
  sinkPath: string
  log: Logger
}

/** Subscriptions can be changed without a daemon, but no challenge is answered then. `null` without a company. */
function createSubscriptions(
  { company, ...access }: FicAccess,
  { config, store, sinkPath, log }: SubscriptionParts,
): SubscriptionService | null {
  if (company === null) return null
  return createSubscriptionService({
    api: createFicApi({ ...access, company, log }),
    records: store.subscriptions,
    apiBase: access.apiBase,
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
