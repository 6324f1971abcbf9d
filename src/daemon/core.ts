/**
 * The parts that a daemon has in common with a command that works without one: intake, deliveries and the private API
 * over a store. Nothing listens, and nothing is sent, before the caller starts it.
 */

import type { RunningSettings, StopAnswer } from '../contract/api.ts'
import type { DoctorMessage } from '../contract/doctor.ts'
import type { ShareStatus, Status } from '../contract/status.ts'
import type { StreamMessage } from '../contract/stream.ts'
import { noteForwarding } from '../config/agreement.ts'
import type { Config } from '../config/config.ts'
import { readTargets } from '../config/forward-to.ts'
import { createDeliverer, type Deliverer } from '../delivery/deliverer.ts'
import { Forwarding, toTargets } from '../delivery/forwarding.ts'
import { FicDevError } from '../errors.ts'
import type { ResourceReader } from '../fic-api/resources.ts'
import type { VerifySignature } from '../fic/signature/verify.ts'
import { createInspector, type Inspector } from '../inspector/server.ts'
import { pageDir, version } from '../installation.ts'
import type { Policy } from '../intake/policy.ts'
import { createIntake, type Intake } from '../intake/take.ts'
import type { Logger } from '../log.ts'
import { toShareTarget } from '../share/address.ts'
import { pageSessionsOf } from '../store/page-sessions.ts'
import type { ProjectSecrets } from '../store/secrets.ts'
import type { Store } from '../store/store.ts'
import type { SubscriptionService } from '../subscription/service.ts'
import type { Addresses } from './addresses.ts'
import { toAppEnvironment, toKeys } from './app-environment.ts'
import type { EmulatorAccess } from './emulator-access.ts'

export interface Core {
  deliverer: Deliverer
  forwarding: Forwarding
  intake: Intake
  inspector: Inspector
  policy: Policy
}

export interface CoreOptions {
  config: Config
  project: ProjectSecrets
  /** Of the command line and of scripts. */
  token: string
  store: Store
  addresses: Addresses
  /** PEM: the key that notifications are signed with. */
  publicKey: string
  verify: VerifySignature
  /** The clock that tokens are judged by, at the arrival of one. */
  tokenTime(receivedAt: Date): Date | Promise<Date>
  /** Where the targets were configured. */
  targetsSource: string
  /** The emulator in this process or beside it; `null` if notifications come from elsewhere. */
  emulator: EmulatorAccess | null
  /** `null` without a token. */
  resources: ResourceReader | null
  /** `null` without a token and a company. */
  subscriptions: SubscriptionService | null
  /** Event types, in full, that our subscription holds. */
  heldTypes(): string[]
  /** `null` if nothing is shared. */
  share(): ShareStatus | null
  status(): Status
  publish(message: StreamMessage): void
  /** `null` where no daemon runs. */
  examine(): AsyncIterable<DoctorMessage> | null
  /** Ends the daemon; resolves when all is done about subscriptions. Throws where none runs. */
  stop(): Promise<StopAnswer>
  log: Logger
  now(): Date
}

export async function createCore(options: CoreOptions): Promise<Core> {
  const { config, project, store, addresses, publish, log, now } = options
  const sinkPath = `/${project.sinkSecret}`
  const deliverer = createDeliverer({
    targets: toTargets(config),
    store,
    concurrency: config.concurrency,
    timeoutMs: config.timeout * 1_000,
    insecure: config.insecure,
    devKey: project.devKey.privateKey,
    sinkUrl: addresses.anySinkUrl,
    ownPorts: addresses.ownPorts,
    allowDestructiveAnswers: config.allowDestructiveAnswers,
    publish,
    log: log.child({ part: 'delivery' }),
    now,
  })
  const forwarding = new Forwarding({
    configured: config,
    source: options.targetsSource,
    sinkPath,
    ownPorts: addresses.ownPorts,
    retarget: deliverer.retarget,
    status: deliverer.status,
    readTargets,
    noteForwarding,
  })
  const { respond, forwardUnverified, dropDuplicates, share } = config
  const shareTo = share === null ? null : toShareTarget(share)
  const policy: Policy = { respond, forwardUnverified, dropDuplicates, shareTo }
  const intake = createIntake({
    verify: options.verify,
    tokenTime: options.tokenTime,
    audiences: addresses.audiences,
    capture: store.capture,
    policy,
    targetsFor: deliverer.targetsFor,
    passThrough: deliverer.passThrough,
    async onRelayed(seq, answer, problems) {
      await store.answered(seq, answer, problems)
      publish({ type: 'answered', seq, answer, problems })
    },
  })
  const inspector = await createInspector({
    version,
    store,
    sessionToken: options.token,
    sessions: pageSessionsOf(config.dataDir),
    now,
    pageDir,
    url: addresses.inspectorUrl,
    status: options.status,
    settings: () => toRunningSettings({ ...config, ...forwarding.settings() }),
    targets: () => forwarding.answer(),
    nameTargets: (words, by) => forwarding.name(words, by),
    heldTypes: options.heldTypes,
    keys: () => toKeys(options),
    environment: () =>
      toAppEnvironment({
        ...options,
        forwarding,
        share: options.share(),
        emulatorUrl: config.emulator ? (options.emulator?.url ?? null) : null,
      }),
    replay: deliverer.replay,
    preview: deliverer.preview,
    pause: deliverer.pause,
    trigger: (asked) => demandEmulator(options.emulator).trigger(asked),
    emulator: () => options.emulator,
    verify: options.verify,
    audiences: addresses.audiences,
    sinkPath,
    subscriptions: () => options.subscriptions ?? refuseSubscriptions(config),
    resources: () => options.resources,
    examine: options.examine,
    stop: options.stop,
    keepsResources: config.keepResources,
    publish,
    log: log.child({ part: 'inspector' }),
  })
  return { deliverer, forwarding, intake, inspector, policy }
}

/** @throws FicDevError NO_EMULATOR */
export function demandEmulator(emulator: EmulatorAccess | null): EmulatorAccess {
  if (emulator !== null) return emulator
  throw new FicDevError('NO_EMULATOR', 'Only the emulator can be made to send a notification.', {
    hint: 'Start with --emulator, or change something in Fatture in Cloud itself.',
  })
}

/** The subscriptions of an emulator that does not run are nowhere. */
function refuseSubscriptions({ emulator }: Config): null {
  if (!emulator) return null
  throw new FicDevError('NO_DAEMON', 'With the emulator, subscriptions are there while fic-dev runs.', {
    hint: 'Start it in another terminal: fic-dev --emulator',
  })
}

function toRunningSettings({ forwardTo, headers, company, publicUrl, insecure }: Config): RunningSettings {
  return { forwardTo, headers, company, publicUrl, insecure }
}
