/** The composition root: builds the parts, wires them, starts them in order and stops them in reverse. */

import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { ApiError, LeftSubscription, StopAnswer, TriggerAnswer, TriggerRequest } from './contract/api.ts'
import type { DoctorMessage } from './contract/doctor.ts'
import type { Delivery } from './contract/notification.ts'
import type { Status, StoreStatus } from './contract/status.ts'
import type { StreamMessage } from './contract/stream.ts'
import type { Config } from './config/config.ts'
import { readVariables, type Secrets } from './config/environment.ts'
import { removeDaemonFile, writeDaemonFile } from './daemon/daemon-file.ts'
import { refuseCircle } from './daemon/circle.ts'
import { watchConfig, type ConfigWatchParts } from './daemon/config-watch.ts'
import { emulatorStateOf } from './daemon/emulator-state.ts'
import { knownSinks } from './daemon/known-sinks.ts'
import { findFicAccess, type FicAccess } from './daemon/fic-access.ts'
import { listenNear } from './daemon/listen.ts'
import { Live } from './daemon/live.ts'
import { createManagedSubscription } from './daemon/managed-subscription.ts'
import { openProjectStore } from './daemon/open-store.ts'
import { toOwedErrors } from './daemon/owed.ts'
import { buildRooms, type Rooms } from './daemon/rooms.ts'
import { startSharing, toFollowerConfig, type Following } from './daemon/sharing.ts'
import type { Deliverer } from './delivery/deliverer.ts'
import type { SettingsFacts } from './doctor/settings.ts'
import { createEmulator } from './emulator/index.ts'
import { FicDevError, messageOf } from './errors.ts'
import { createResourceReader } from './fic/resources.ts'
import { createVerifier, type VerifySignature } from './fic/signature/verify.ts'
import { version } from './installation.ts'
import { silentLog, type Logger } from './log.ts'
import { readSecretsOf, writeSecretsOf, type ProjectSecrets } from './store/secrets.ts'
import type { Store } from './store/store.ts'
import type { SubscriptionKeeper } from './subscription/keeper.ts'
import { createProbe, type Probe } from './tunnel/probe.ts'
import { openTunnel } from './tunnel/open.ts'
import type { TunnelTiming } from './tunnel/timing.ts'

export { openOffline, type Offline } from './daemon/offline.ts'
export { openWhenFree } from './daemon/open-store.ts'
export type { Following } from './daemon/sharing.ts'

/** What a daemon tells but the stream does not. */
export type DaemonNote =
  /** Once, when everything that is wanted is up. */
  | ({ type: 'ready' } & Addresses)
  /** What is not wrong, but perhaps not expected; a sentence. */
  | { type: 'note'; text: string }
  | ({ type: 'error' } & ApiError)

export interface Addresses {
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
   * @throws FicDevError DATA_DIR_LOCKED, PORT_TAKEN, TUNNEL_FAILED and others of the parts
   */
  start(): Promise<void>
  /** Takes nothing in any more, finishes what is on its way, treats the subscription as `onExit` says. */
  close(): Promise<void>
  /** What an end has done about subscriptions. */
  left(): readonly LeftSubscription[]
  /** What an end has left undone at Fatture in Cloud, or would. */
  owed(): FicDevError[]
  /** Gives the function that ends it. */
  on(listener: (message: StreamMessage | DaemonNote) => void): () => void
  addresses(): Addresses
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
export interface DaemonParts {
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
}

export function createDaemon(config: Config, parts: DaemonParts = {}): Daemon {
  return new RunningDaemon(config, parts)
}

type Listener = (message: StreamMessage | DaemonNote) => void

/** What has not ended by then is broken off. */
const closeWithinMs = 4_000

const afterChallengeMs = 1_000

class RunningDaemon implements Daemon {
  readonly #config: Config
  readonly #parts: DaemonParts
  readonly #secrets: Secrets
  readonly #log: Logger
  readonly #now: () => Date
  /** New with each start: what a file or a log of an earlier run holds opens nothing. */
  readonly #token = randomBytes(32).toString('base64url')
  readonly #listeners = new Set<Listener>()
  /** In the order of opening. */
  readonly #closers: (() => Promise<void> | void)[] = []
  #store!: Store
  #project!: ProjectSecrets
  #probe!: Probe
  #live!: Live
  #rooms!: Rooms
  /** Waits until the key is known. */
  #verify!: VerifySignature
  #verifierIsReady!: (verify: VerifySignature) => void
  #deliverer: Deliverer | null = null
  #stableUrl = true
  /** Ends an opening that is under way. */
  readonly #stopping = new AbortController()
  #closing: Promise<void> | null = null
  /** Resolves when all is done about subscriptions. */
  readonly #leaving: Promise<void>
  #hasLeft: () => void = () => {}

  constructor(config: Config, parts: DaemonParts) {
    this.#config = parts.following ? toFollowerConfig(config, parts.following) : config
    this.#parts = parts
    this.#secrets = parts.secrets ?? { accessToken: null }
    this.#log = parts.log ?? silentLog()
    this.#now = parts.now ?? (() => new Date())
    this.#leaving = new Promise((resolve) => (this.#hasLeft = resolve))
  }

  async start(): Promise<void> {
    try {
      await this.#build()
      this.#connect()
      await this.#listen()
      await this.#share()
      if (this.#parts.following) this.#readResources()
      else {
        await this.#openTunnel()
        await this.#keepSubscription()
      }
    } catch (thrown) {
      await this.close()
      throw thrown
    }
    this.#tell({ type: 'ready', ...this.addresses() })
  }

  async #build(): Promise<void> {
    const { dataDir, keep, keepDays } = this.#config
    const log = this.#log.child({ part: 'store' })
    this.#store = await openProjectStore(
      { dataDir, keep, keepDays, log, now: this.#now },
      {
        onWait: (text) => this.#tell({ type: 'note', text }),
        signal: this.#stopping.signal,
      },
    )
    this.#closers.push(() => this.#store.close())
    this.#project = await readSecretsOf(dataDir, log)
    this.#probe = createProbe(Buffer.from(this.#project.probeKey, 'hex'))
    const sinkPath = `/${this.#project.sinkSecret}`
    refuseCircle(this.#config, sinkPath)
    this.#live = new Live(this.#now(), sinkPath, this.#config.publicKey)
    this.#live.knownSinks = knownSinks(this.#config, this.#store.subscriptions, sinkPath)
    this.#verify = this.#verifyWhenReady()
    this.#rooms = await buildRooms({
      config: this.#config,
      project: this.#project,
      token: this.#token,
      store: this.#store,
      probe: this.#probe,
      live: this.#live,
      targetsSource: this.#parts.settings?.sources['forwardTo'] ?? 'default',
      verify: this.#verify,
      publish: (message) => this.#publish(message),
      examine: () => this.#examine(),
      stop: () => this.#stop(),
      log: this.#log,
      now: this.#now,
    })
  }

  /** The key is known only once the emulator runs, and the sink takes in before that: what comes first waits. */
  #verifyWhenReady(): VerifySignature {
    const verifier = new Promise<VerifySignature>((resolve) => (this.#verifierIsReady = resolve))
    return async (token, expected) => (await verifier)(token, expected)
  }

  #connect(): void {
    const { deliverer } = this.#rooms
    this.#store.onCaptured((notification) => {
      this.#publish({ type: 'notification', notification })
      deliverer.wake()
      this.#live.sharing?.wake()
      if (notification.kind === 'verification') this.#lookAfterChallenge()
    })
    this.#store.onStatus((store) => this.#tellStore(store))
  }

  async #listen(): Promise<void> {
    const config = this.#config
    const live = this.#live
    const { sink, inspector, deliverer } = this.#rooms
    if (!this.#parts.following) {
      // What leads here from outside leads to this port.
      const isFixed = config.publicUrl !== null && !config.tunnel.includes('ssh')
      const choice = { ...config.sinkPort, named: config.sinkPort.named || isFixed }
      live.sinkPort = await listenNear(choice, { flag: '--sink-port', of: 'sink' }, (port) =>
        listen(sink.app, port),
      )
      this.#noteOtherPort('sink', choice.port, live.sinkPort)
    }
    this.#deliverer = deliverer
    this.#closers.push(() => deliverer.close())
    this.#closers.push(() => sink.app.close())
    live.inspectorPort = await listenNear(config.port, { flag: '--port', of: 'inspector' }, (port) =>
      listen(inspector.app, port),
    )
    this.#noteOtherPort('inspector', config.port.port, live.inspectorPort)
    this.#closers.push(() => inspector.app.close())
    if (config.emulator) await this.#startEmulator()
    this.#verifierIsReady(await createVerifier(live.publicKey))
    this.#closers.push(() => removeDaemonFile(config.dataDir))
    this.#writeDaemonFile()
    await deliverer.start()
    this.#watchConfig()
  }

  #watchConfig(): void {
    const { configFile } = this.#parts
    if (!configFile) return
    const stop = watchConfig({
      ...configFile,
      forwarding: this.#rooms.forwarding,
      onNote: (text) => this.#tell({ type: 'note', text }),
      onError: (error) => this.#tellError(error),
    })
    this.#closers.push(stop)
  }

  /** Before the tunnel: what is wrong with it is told before an attempt at Fatture in Cloud is spent. */
  async #share(): Promise<void> {
    const sharing = await startSharing({
      config: this.#config,
      following: this.#parts.following ?? null,
      secrets: this.#secrets,
      project: this.#project,
      store: this.#store,
      verify: this.#verify,
      targetsFor: this.#rooms.targetsFor,
      publish: (message) => this.#publish(message),
      onError: (error) => this.#tellError(error),
      log: this.#log.child({ part: 'share' }),
      now: this.#now,
    })
    if (sharing === null) return
    this.#live.sharing = sharing
    this.#closers.push(() => sharing.close())
    await sharing.began
  }

  async #startEmulator(): Promise<void> {
    const { emulatorPort, dataDir } = this.#config
    const { retryDelaysMs } = this.#parts
    const emulator = await listenNear(emulatorPort, { flag: '--emulator-port', of: 'emulator' }, (port) =>
      createEmulator({
        port,
        now: this.#now,
        stateFile: emulatorStateOf(dataDir),
        log: this.#log.child({ part: 'emulator' }),
        ...(retryDelaysMs && { retryDelaysMs }),
      }),
    )
    this.#live.emulator = emulator
    this.#noteOtherPort('emulator', emulatorPort.port, Number(new URL(emulator.url).port))
    this.#closers.push(() => emulator.close())
  }

  #noteOtherPort(of: string, wanted: number, port: number): void {
    if (wanted === 0 || wanted === port) return
    this.#tell({ type: 'note', text: `Port ${wanted} is in use, so the ${of} listens on ${port}.` })
  }

  async #openTunnel(): Promise<void> {
    const { tunnelTiming } = this.#parts
    const { tunnel, urlStability } = await openTunnel({
      settings: this.#config,
      environment: readVariables(process.cwd()),
      port: this.#live.sinkPort ?? 0,
      sinkPath: `/${this.#project.sinkSecret}`,
      subdomain: this.#project.subdomain,
      probe: this.#probe,
      log: this.#log.child({ part: 'tunnel' }),
      ...(tunnelTiming && { timing: tunnelTiming }),
      signal: this.#stopping.signal,
      mayTakeOtherName: () => this.#live.mayMoveSink(),
      onTunnel: (opening) => {
        this.#live.tunnel = opening
        opening.onChange((status) => this.#publish({ type: 'tunnel', tunnel: status }))
      },
    })
    this.#closers.push(() => tunnel.close())
    this.#stableUrl = urlStability !== 'per-start'
    tunnel.onChange((_status, event) => {
      if (event === 'url-changed') this.#moveSink()
      // A subscription that waited for a proof of it need not wait any longer.
      else if (event === 'up') this.#checkSubscription()
    })
    this.#writeDaemonFile()
  }

  /** With a token, the resources behind ids can be shown. */
  #readResources(): FicAccess | null {
    const access = findFicAccess(this.#config, this.#secrets, this.#live.emulator?.url ?? null)
    const log = this.#log.child({ part: 'resources' })
    if (access) this.#live.resources = createResourceReader({ ...access, log, now: this.#now })
    return access
  }

  async #keepSubscription(): Promise<void> {
    const live = this.#live
    const { tunnel } = live
    const access = this.#readResources()
    const company = access?.company ?? null
    if (tunnel === null || access === null || company === null) return
    const log = this.#log.child({ part: 'subscription' })
    const managed = createManagedSubscription({
      config: this.#config,
      access: { ...access, company },
      records: this.#store.subscriptions,
      tunnel,
      sinkUrl: () => live.sinkUrl,
      mayRisk: (reason) => this.#mayRisk(reason),
      localSinkUrl: live.localSinkUrl ?? '',
      stableUrl: this.#stableUrl,
      log,
      now: this.#now,
    })
    const { keeper } = managed
    live.managed = managed
    live.subscriptions = managed.byHand
    this.#closers.push(() => keeper.close())
    keeper.onChange(() => {
      this.#publish({ type: 'subscription', subscription: keeper.status() })
      const failure = keeper.failure()
      if (failure) this.#tellError(failure)
    })
    await keeper.start()
  }

  /** Loaded when it is asked for: a start needs nothing of it. */
  async *#examine(): AsyncGenerator<DoctorMessage> {
    const { examine } = await import('./daemon/examine.ts')
    yield* examine({
      config: { ...this.#config, ...this.#rooms.forwarding.settings() },
      accessToken: this.#secrets.accessToken,
      settings: this.#settingsFacts(),
      status: async () => this.status(),
    })
  }

  #settingsFacts(): SettingsFacts | null {
    const { settings = null } = this.#parts
    const forwardTo = this.#rooms.forwarding.source()
    return settings && { ...settings, sources: { ...settings.sources, forwardTo } }
  }

  async #mayRisk(reason: string): Promise<boolean> {
    if (this.#config.yes) return true
    const question = `This machine can't check whether the public URL leads here: ${reason} Use one of the five verifications anyway?`
    return (await this.#parts.confirm?.(question)) ?? false
  }

  #moveSink(): void {
    this.#writeDaemonFile()
    this.#checkSubscription()
  }

  #checkSubscription(): void {
    this.#live.managed?.keeper.check().catch((thrown: unknown) => this.#tellError(thrown))
  }

  /** One that was not awaited may say that a subscription is back. It is verified once it has its answer. */
  #lookAfterChallenge(): void {
    const state = this.#live.managed?.keeper.status().state
    if (state !== 'failed' && state !== 'unverified') return
    setTimeout(() => this.#checkSubscription(), afterChallengeMs).unref()
  }

  #tellStore(store: StoreStatus): void {
    if (store.state === 'restored') this.#restoreFiles()
    this.#publish({ type: 'store', store })
    if (store.detail === null) return
    this.#tellError(new FicDevError('STORE_REMOVED', store.detail, { hint: store.hint ?? '' }))
  }

  /** What lay beside the database was removed with it. */
  #restoreFiles(): void {
    try {
      writeSecretsOf(this.#config.dataDir, this.#project)
      // At the end it was removed on purpose.
      if (this.#closing === null) this.#writeDaemonFile()
    } catch (error) {
      this.#tellError(error)
    }
  }

  #writeDaemonFile(): void {
    // The directory is gone, or another daemon's.
    if (this.#store.status().state === 'failed') return
    const { inspectorUrl, sinkUrl, emulatorUrl } = this.#live.addresses('')
    writeDaemonFile(this.#config.dataDir, {
      pid: process.pid,
      version,
      startedAt: this.#live.startedAt,
      inspectorUrl,
      sinkUrl,
      ...(emulatorUrl !== undefined && { emulatorUrl }),
      ...(this.#parts.logFile !== undefined && { logFile: this.#parts.logFile }),
      token: this.#token,
    })
  }

  #publish(message: StreamMessage): void {
    this.#rooms.inspector.stream.publish(message)
    this.#tell(message)
  }

  #tellError(thrown: unknown): void {
    this.#tell({ type: 'error', error: toErrorNote(thrown) })
  }

  #tell(message: StreamMessage | DaemonNote): void {
    for (const listener of this.#listeners) listener(message)
  }

  close(): Promise<void> {
    this.#stopping.abort()
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    const late = pause(closeWithinMs, null, { ref: false })
    // Who sends half a request would hold up the servers.
    void late.then(() => this.#dropConnections())
    // So would what is on its way to a target that hangs: its time runs beside that of the others.
    void this.#deliverer?.close()
    for (const close of this.#closers.toReversed()) {
      try {
        await Promise.race([close(), late])
      } catch (thrown) {
        // The others must still be closed.
        this.#log.error({ reason: messageOf(thrown) }, 'a part did not close')
      }
      // What was opened last is the subscription.
      this.#hasLeft()
    }
  }

  /** For `POST /api/stop`, whose answer is sent before the inspector closes. */
  async #stop(): Promise<StopAnswer> {
    const { stop = () => void this.close() } = this.#parts
    stop()
    await this.#leaving
    return { pid: process.pid, subscriptions: [...this.left()], owed: this.owed().map(toErrorNote) }
  }

  left(): readonly LeftSubscription[] {
    return this.#keeper()?.left() ?? []
  }

  owed(): FicDevError[] {
    const sources = this.#parts.settings?.sources ?? {}
    return toOwedErrors(this.#keeper()?.owed() ?? [], this.#config, sources)
  }

  #keeper(): SubscriptionKeeper | null {
    // A start may have failed before there were any parts.
    const live: Live | undefined = this.#live
    return live?.managed?.keeper ?? null
  }

  #dropConnections(): void {
    // A start may have failed before there were any.
    const rooms: Rooms | undefined = this.#rooms
    for (const room of [rooms?.sink, rooms?.inspector]) room?.app.server.closeAllConnections()
  }

  on(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  addresses(): Addresses {
    return this.#live.addresses(this.#live.inspectorUrl + this.#rooms.inspector.session.createLink())
  }

  status(): Status {
    return this.#rooms.status()
  }

  trigger(asked: TriggerRequest): Promise<TriggerAnswer> {
    return this.#rooms.trigger(asked)
  }

  async replayLast(): Promise<Delivery | null> {
    const { seqs } = await this.#store.find({}, 1)
    return seqs[0] === undefined ? null : this.#rooms.deliverer.replay(seqs[0], {})
  }

  pause(paused: boolean): void {
    this.#rooms.deliverer.pause(paused)
  }

  paused(): boolean {
    return this.#rooms.deliverer.paused()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

async function listen(app: FastifyInstance, port: number): Promise<number> {
  await app.listen({ host: '127.0.0.1', port })
  return (app.server.address() as AddressInfo).port
}

function toErrorNote(thrown: unknown): ApiError['error'] {
  if (!(thrown instanceof FicDevError)) return { code: 'FIC_DEV_E_INTERNAL', message: messageOf(thrown) }
  const { code, message, hint } = thrown
  return { code, message, ...(hint !== undefined && { hint }) }
}
