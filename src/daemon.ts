/** The composition root: builds every part of a daemon, starts them in order and stops them in reverse. */

import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { ApiError, LeftSubscription, StopAnswer, TriggerAnswer, TriggerRequest } from './contract/api.ts'
import type { DoctorMessage } from './contract/doctor.ts'
import type { Delivery } from './contract/notification.ts'
import type { Status, StoreStatus } from './contract/status.ts'
import type { StreamMessage } from './contract/stream.ts'
import type { Config, PortChoice } from './config/config.ts'
import { readVariables, type Secrets } from './config/environment.ts'
import { longFlag, settings as allSettings } from './config/settings.ts'
import { createAddresses, listeningPort } from './daemon/addresses.ts'
import { createConfigWatch, type ConfigWatchParts } from './daemon/config-watch.ts'
import { createCore, demandEmulator } from './daemon/core.ts'
import { removeDaemonFile, writeDaemonFile } from './daemon/daemon-file.ts'
import { emulatorStateOf, findEmulator, tokenClock } from './daemon/emulator-access.ts'
import { Events } from './daemon/events.ts'
import { companyOf, findFicAccess } from './fic-api/access.ts'
import { createFindingsWatch } from './daemon/findings-watch.ts'
import { listenNear } from './daemon/listen.ts'
import { openProjectStore } from './daemon/open-store.ts'
import { createSharing, toFollowerConfig, type Following } from './daemon/sharing.ts'
import { toFacts, toStatus, type StatusParts } from './daemon/status.ts'
import { refuseOwnSink } from './delivery/forwarding.ts'
import type { SettingsFacts } from './doctor/settings.ts'
import { openEmulator } from './emulator/emulator.ts'
import { FicDevError, messageOf, toErrorJson } from './errors.ts'
import { createFicApi } from './fic-api/client.ts'
import { createResourceReader } from './fic-api/resources.ts'
import { ficPublicKeyPem } from './fic/signature/public-key.ts'
import { createVerifier } from './fic/signature/verify.ts'
import { portOf } from './http/url.ts'
import { version } from './installation.ts'
import { silentLog, type Logger } from './log.ts'
import { createDeferred, once } from './promises.ts'
import { createSink } from './sink/server.ts'
import { readSecretsOf, writeSecretsOf, type ProjectSecrets } from './store/secrets.ts'
import type { Store } from './store/store.ts'
import { createManagedSubscription } from './subscription/managed.ts'
import { toOwedErrors } from './subscription/owed.ts'
import { knownSinks } from './subscription/sink-url.ts'
import { createMainTunnel } from './tunnel/open.ts'
import { createProbe } from './tunnel/probe.ts'
import type { TunnelEvent } from './tunnel/record.ts'
import type { TunnelTiming } from './tunnel/timing.ts'

export { openOffline, type Offline } from './daemon/offline.ts'
export { openWhenFree } from './daemon/open-store.ts'
export type { Following } from './daemon/sharing.ts'

/** What a daemon tells but the stream does not. */
export type DaemonNote =
  /** Once, when everything that is wanted is up. */
  | ({ type: 'ready' } & DaemonAddresses)
  /** What is not wrong, but perhaps not expected; a sentence. */
  | { type: 'note'; text: string }
  | ({ type: 'error' } & ApiError)

/** Everything that a daemon tells. */
export type DaemonMessage = StreamMessage | DaemonNote

export interface DaemonAddresses {
  inspectorUrl: string
  sinkUrl: string
  emulatorUrl?: string
  /** The server that notifications are shared by. */
  shareUrl?: string
  /** Opens the inspector once; a fresh one with each call. */
  openUrl: string
}

export interface Daemon {
  /**
   * Resolves when everything that is wanted is up. On failure nothing is left open.
   * @throws FicDevError PORT_TAKEN, TUNNEL_FAILED and others of the parts
   */
  start(): Promise<void>
  /** Takes nothing in any more, finishes what is on its way, treats the subscription as `onExit` says. */
  close(): Promise<void>
  /** What an end has done about subscriptions. */
  left(): readonly LeftSubscription[]
  /** What an end has left undone at Fatture in Cloud, or would. */
  owed(): FicDevError[]
  /** Gives the function that ends it. */
  on(listener: (message: DaemonMessage) => void): () => void
  addresses(): DaemonAddresses
  status(): Status
  /** @throws FicDevError NO_EMULATOR, TRIGGER_FAILED */
  trigger(asked: TriggerRequest): Promise<TriggerAnswer>
  /** Sends the latest notification to its target again; `null` when there is none. */
  replayLast(): Promise<Delivery | null>
  /** Holds deliveries back, or lets them go. */
  pause(paused: boolean): void
  paused(): boolean
  [Symbol.asyncDispose](): Promise<void>
}

/** What a caller may bring along; a test replaces parts by name. */
export interface DaemonOptions {
  secrets?: Secrets
  /** Where the configuration comes from, for the doctor to tell. */
  settings?: SettingsFacts
  /** Watches the config file, and applies its targets when it changes. */
  configFile?: Pick<ConfigWatchParts, 'input' | 'first' | 'lookEveryMs'>
  log?: Logger
  now?: () => Date
  /** Notifications come from the hub of a team instead of Fatture in Cloud. */
  following?: Following
  tunnelTiming?: Partial<TunnelTiming>
  /** Ends what runs the daemon, and the daemon with it; without it, only the daemon is closed. Must not throw. */
  stop?: () => void
  /** Where its output goes, for other commands to find; absolute. */
  logFile?: string
  /** Puts a question to the person at the terminal; without it, only `--yes` answers one. */
  confirm?: (question: string) => Promise<boolean>
  /** Between the emulator's four attempts. */
  retryDelaysMs?: readonly number[]
  /** Gets every message from the first on. */
  onMessage?: (message: DaemonMessage) => void
  /** Ends the wait for a store that another command holds. */
  signal?: AbortSignal
}

/** What has not ended by then is broken off. */
const closeWithinMs = 4_000

/**
 * Builds a daemon. It holds the store of its project, and its emulator listens; the rest waits for `start`.
 * @throws FicDevError DATA_DIR_LOCKED, PORT_TAKEN and others of the parts; nothing is left open then
 */
export async function createDaemon(given: Config, options: DaemonOptions = {}): Promise<Daemon> {
  const { following = null, log = silentLog(), now = () => new Date(), signal } = options
  const config = following === null ? given : toFollowerConfig(given, following)
  const events = new Events<DaemonMessage>()
  if (options.onMessage) events.on(options.onMessage)
  const { dataDir, keep, keepDays } = config
  const store = await openProjectStore(
    { dataDir, keep, keepDays, log: log.child({ part: 'store' }), now },
    {
      onWait: (text) => events.publish({ type: 'note', text }),
      ...(signal && { signal }),
    },
  )
  try {
    return await build(config, { ...options, following, log, now, events, store })
  } catch (error) {
    store.close()
    throw error
  }
}

interface BuildOptions extends Omit<DaemonOptions, 'following'> {
  following: Following | null
  log: Logger
  now: () => Date
  events: Events<DaemonMessage>
  store: Store
}

async function build(config: Config, options: BuildOptions): Promise<Daemon> {
  const { log, now, retryDelaysMs } = options
  const project = await readSecretsOf(config.dataDir, log.child({ part: 'store' }))
  refuseOwnSink(config, `/${project.sinkSecret}`)
  const emulator = config.emulator
    ? await listenNear(config.emulatorPort, { flag: '--emulator-port', of: 'emulator' }, (port) =>
        openEmulator({
          port,
          now,
          stateFile: emulatorStateOf(config.dataDir),
          log: log.child({ part: 'emulator' }),
          ...(retryDelaysMs && { retryDelaysMs }),
        }),
      )
    : null
  try {
    return await assemble(config, { ...options, project, ownEmulator: emulator })
  } catch (error) {
    await emulator?.close()
    throw error
  }
}

interface AssembleOptions extends BuildOptions {
  project: ProjectSecrets
  ownEmulator: Awaited<ReturnType<typeof openEmulator>> | null
}

async function assemble(config: Config, options: AssembleOptions): Promise<Daemon> {
  const { following, log, now, events, store, project, ownEmulator, settings, tunnelTiming } = options
  const { secrets = { accessToken: null } } = options
  const { dataDir } = config
  const startedAt = now()
  /** New with each start: what a file or a log of an earlier run holds opens nothing. */
  const token = randomBytes(32).toString('base64url')
  const sinkPath = `/${project.sinkSecret}`
  const emulator = findEmulator(ownEmulator, config.apiBase)
  const publicKey = ownEmulator?.publicKey ?? config.publicKey ?? ficPublicKeyPem
  const verify = await createVerifier(publicKey)
  const probe = createProbe(Buffer.from(project.probeKey, 'hex'))
  const access = findFicAccess(config, secrets, ownEmulator?.url ?? null)
  const resources = access && createResourceReader({ ...access, log: log.child({ part: 'resources' }), now })

  const tunnel =
    following === null
      ? createMainTunnel({
          settings: config,
          environment: readVariables(process.cwd()),
          sinkPath,
          subdomain: project.subdomain,
          probe,
          log: log.child({ part: 'tunnel' }),
          ...(tunnelTiming && { timing: tunnelTiming }),
          mayTakeOtherName: mayMoveSink,
          onStatus: (status) => publish({ type: 'tunnel', tunnel: status }),
          onEvent: onTunnelEvent,
        })
      : null
  const findingsWatch = createFindingsWatch({ facts: () => toFacts(statusParts()), publish })
  const addresses = createAddresses({
    sinkPort: () => listeningPort(sink.app),
    inspectorPort: () => listeningPort(inspector.app),
    publicUrl: () => tunnel?.publicUrl() ?? null,
    sinkPath,
    knownSinks: knownSinks({ ...config, company: companyOf(config) }, store.subscriptions, sinkPath),
    emulatorUrl: emulator?.url ?? null,
  })
  const company = access?.company ?? null
  const subscriptionLog = log.child({ part: 'subscription' })
  const managed =
    tunnel === null || access === null || company === null
      ? null
      : createManagedSubscription({
          api: createFicApi({ ...access, company, log: subscriptionLog }),
          records: store.subscriptions,
          apiBase: access.apiBase,
          company,
          wanted: {
            types: config.types,
            mapping: config.mapping,
            verificationMethod: config.verificationMethod,
          },
          subscriptionId: config.subscription,
          takeOver: config.takeOver,
          recreate: config.recreate,
          onExit: config.onExit,
          sinkUrl: addresses.sinkUrl,
          sinkPath,
          isStable: tunnel.isStable,
          probe: tunnel.probeNow,
          mayRisk,
          log: subscriptionLog,
          now,
        })
  const keeper = managed?.keeper ?? null

  const { deliverer, forwarding, intake, inspector, policy } = await createCore({
    config,
    project,
    token,
    store,
    addresses,
    publicKey,
    verify,
    tokenTime: tokenClock(ownEmulator, config.apiBase),
    targetsSource: settings?.sources['forwardTo'] ?? 'default',
    emulator,
    resources,
    subscriptions: managed?.service ?? null,
    heldTypes: () => keeper?.status().types ?? [],
    share: () => sharing?.status() ?? null,
    status,
    publish,
    examine,
    stop,
    log,
    now,
  })
  const sink = createSink({
    secret: project.sinkSecret,
    publicPath: config.publicUrl === null ? '' : new URL(config.publicUrl).pathname,
    take: intake.take,
    answerProbe: probe.answer,
    onFailed: findingsWatch.look,
    onChallengeAnswered: () => keeper?.challengeAnswered(),
    log: log.child({ part: 'sink' }),
    now,
  })
  const sharing = await createSharing({
    config,
    following,
    secrets,
    project,
    store,
    verify,
    policy,
    targetsFor: deliverer.targetsFor,
    publish,
    onError: publishError,
    log: log.child({ part: 'share' }),
    now,
  })
  const configWatch =
    options.configFile &&
    createConfigWatch({
      ...options.configFile,
      forwarding,
      onNote: (text) => events.publish({ type: 'note', text }),
      onError: publishError,
    })

  function publish(message: StreamMessage): void {
    inspector.stream.publish(message)
    events.publish(message)
    // A delivery that changes the state of its target is followed by a message about the target.
    if (message.type !== 'findings' && message.type !== 'delivery') findingsWatch.look()
  }

  function publishError(thrown: unknown): void {
    events.publish({ type: 'error', error: toErrorJson(thrown) })
  }

  function statusParts(): StatusParts {
    const emulatorUrl = emulator?.url ?? null
    const parts = { startedAt, dataDir, addresses, emulatorUrl, tunnel, keeper, deliverer, sharing, sink }
    return { ...parts, intake, store }
  }

  function status(): Status {
    return toStatus(statusParts())
  }

  function serverUrls() {
    return {
      inspectorUrl: addresses.inspectorUrl(),
      sinkUrl: addresses.anySinkUrl() ?? '',
      ...(ownEmulator && { emulatorUrl: ownEmulator.url }),
    }
  }

  function allAddresses(): DaemonAddresses {
    const shareUrl = sharing?.status().url
    return {
      ...serverUrls(),
      ...(shareUrl !== undefined && { shareUrl }),
      openUrl: addresses.inspectorUrl() + inspector.session.createLink(),
    }
  }

  /** Whether the verification that a changed sink costs is possible now. */
  function mayMoveSink(): boolean {
    const budget = keeper?.status().budget ?? null
    return budget !== null && budget.used < budget.limit && budget.nextPossibleAt === null
  }

  async function mayRisk(reason: string): Promise<boolean> {
    if (config.yes) return true
    const question = `This machine can't check whether the public URL leads here: ${reason} Use one of the five verifications anyway?`
    return (await options.confirm?.(question)) ?? false
  }

  function onTunnelEvent(event: TunnelEvent): void {
    if (event === 'url-changed') writeFile()
    // A subscription that waited for a proof of it need not wait any longer.
    if (event === 'url-changed' || event === 'up') checkSubscription()
  }

  function checkSubscription(): void {
    keeper?.check().catch(publishError)
  }

  function onStoreStatus(store: StoreStatus): void {
    if (store.state === 'restored') restoreFiles()
    publish({ type: 'store', store })
    if (store.detail === null) return
    publishError(new FicDevError('STORE_REMOVED', store.detail, { hint: store.hint ?? undefined }))
  }

  /** What lay beside the database was removed with it. */
  function restoreFiles(): void {
    try {
      writeSecretsOf(dataDir, project)
      // At the end it was removed on purpose.
      if (!close.isCalled()) writeFile()
    } catch (error) {
      publishError(error)
    }
  }

  function writeFile(): void {
    // The directory is gone, or another daemon's.
    if (store.status().state === 'failed') return
    writeDaemonFile(dataDir, {
      pid: process.pid,
      version,
      startedAt: startedAt.toISOString(),
      ...serverUrls(),
      ...(options.logFile !== undefined && { logFile: options.logFile }),
      token,
    })
  }

  /** Loaded when it is asked for: a start needs nothing of it. */
  async function* examine(): AsyncGenerator<DoctorMessage> {
    const { examine: examineAll } = await import('./daemon/examine.ts')
    yield* examineAll({
      config: { ...config, ...forwarding.settings() },
      accessToken: secrets.accessToken,
      settings: settings
        ? { ...settings, sources: { ...settings.sources, forwardTo: forwarding.source() } }
        : null,
      status: async () => status(),
    })
  }

  async function listen(app: FastifyInstance, choice: PortChoice, flag: string, of: string): Promise<void> {
    await listenNear(choice, { flag, of }, (port) => app.listen({ host: '127.0.0.1', port }))
    noteOtherPort(events, of, choice.port, listeningPort(app))
  }

  async function start(): Promise<void> {
    if (following === null) {
      // What leads here from outside leads to this port.
      const isFixed = config.publicUrl !== null && !config.tunnel.includes('ssh')
      const choice = { ...config.sinkPort, named: config.sinkPort.named || isFixed }
      await listen(sink.app, choice, '--sink-port', 'sink')
    }
    await listen(inspector.app, config.port, '--port', 'inspector')
    if (ownEmulator) {
      noteOtherPort(events, 'emulator', config.emulatorPort.port, portOf(new URL(ownEmulator.url)))
      ownEmulator.resume()
    }
    writeFile()
    await deliverer.start()
    configWatch?.start()
    // Before the tunnel, so that an error of sharing is reported before a verification attempt is spent.
    await sharing?.start()
    if (tunnel === null) return
    await tunnel.open(listeningPort(sink.app) ?? 0)
    writeFile()
    await keeper?.start()
  }

  const left = createDeferred()
  const close = once(async () => {
    const late = pause(closeWithinMs, null, { ref: false })
    // A client that has sent half a request would keep the servers open.
    void late.then(() => [sink.app, inspector.app].forEach((app) => app.server.closeAllConnections()))
    // A delivery to a target that hangs ends later. Its time runs in parallel with that of the other parts.
    void deliverer.close()
    const closers = [
      () => findingsWatch.close(),
      () => keeper?.close(),
      // Nothing is left to do about subscriptions.
      () => left.resolve(),
      () => tunnel?.close(),
      () => sharing?.close(),
      () => configWatch?.close(),
      () => removeDaemonFile(dataDir),
      () => ownEmulator?.close(),
      () => inspector.app.close(),
      () => sink.app.close(),
      () => deliverer.close(),
      () => store.close(),
    ]
    for (const closePart of closers) {
      try {
        await Promise.race([closePart(), late])
      } catch (thrown) {
        // The others must still be closed.
        log.error({ reason: messageOf(thrown) }, 'a part did not close')
      }
    }
  })

  /** For `POST /api/stop`, whose answer is sent before the inspector closes. */
  async function stop(): Promise<StopAnswer> {
    if (options.stop) options.stop()
    else void close()
    await left.promise
    return { pid: process.pid, subscriptions: [...(keeper?.left() ?? [])], owed: owed().map(toErrorJson) }
  }

  function owed(): FicDevError[] {
    const flags = flagsAgain(config, settings?.sources ?? {})
    return toOwedErrors(keeper?.owed() ?? [], { flags, isEmulated: config.emulator })
  }

  store.onCaptured((notification) => {
    publish({ type: 'notification', notification })
    deliverer.wake()
    sharing?.wake()
  })
  store.onStatus(onStoreStatus)
  keeper?.onChange((subscription) => {
    publish({ type: 'subscription', subscription })
    const failure = keeper.failure()
    if (failure) publishError(failure)
  })

  return {
    async start() {
      try {
        await start()
      } catch (error) {
        await close()
        throw error
      }
      events.publish({ type: 'ready', ...allAddresses() })
    },
    close,
    left: () => keeper?.left() ?? [],
    owed,
    on: (listener) => events.on(listener),
    addresses: allAddresses,
    status,
    trigger: (asked) => demandEmulator(emulator).trigger(asked),
    async replayLast() {
      const { seqs } = await store.find({}, 1)
      return seqs[0] === undefined ? null : deliverer.replay(seqs[0], {})
    },
    pause: deliverer.pause,
    paused: deliverer.paused,
    [Symbol.asyncDispose]: close,
  }
}

/** What was given as a flag is needed again with a command for the same project. */
function flagsAgain(config: Config, sources: Readonly<Record<string, string>>): string {
  return (['company', 'apiBase', 'dataDir'] as const)
    .filter((key) => sources[key] === 'flag')
    .map((key) => ` ${longFlag(allSettings[key])} ${config[key]}`)
    .join('')
}

function noteOtherPort(events: Events<DaemonMessage>, of: string, wanted: number, port: number | null): void {
  if (wanted === 0 || wanted === port) return
  events.publish({ type: 'note', text: `Port ${wanted} is in use, so the ${of} listens on ${port}.` })
}
