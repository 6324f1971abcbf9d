/** Builds sink, deliverer and inspector of a daemon, each with what it needs of the others; starts nothing. */

import type { RunningSettings, StopAnswer, TriggerAnswer, TriggerRequest } from '../contract/api.ts'
import type { DoctorMessage } from '../contract/doctor.ts'
import type { Notification } from '../contract/notification.ts'
import type { Status } from '../contract/status.ts'
import type { StreamMessage } from '../contract/stream.ts'
import type { Config } from '../config/config.ts'
import { createDeliverer, type Deliverer, type PassThrough } from '../delivery/deliverer.ts'
import { portOf } from '../http/url.ts'
import { FicDevError } from '../errors.ts'
import { isEmulator } from '../fic/api-error.ts'
import type { VerifySignature } from '../fic/signature/verify.ts'
import type { EmulatorControl } from '../inspector/routes/emulator.ts'
import { createInspector, type Inspector } from '../inspector/server.ts'
import { createIntake, type Intake } from '../intake/take.ts'
import { pageDir, version } from '../installation.ts'
import type { Logger } from '../log.ts'
import { toShareTarget } from '../share/address.ts'
import { createSink, type Sink } from '../sink/server.ts'
import type { Capture, CaptureOptions } from '../store/notifications.ts'
import { pageSessionsOf } from '../store/page-sessions.ts'
import type { ProjectSecrets } from '../store/secrets.ts'
import type { Store } from '../store/store.ts'
import type { Probe } from '../tunnel/probe.ts'
import { toAppEnvironment, toKeys } from './app-environment.ts'
import { controlAt, controlOf } from './emulator-control.ts'
import { Forwarding, toTargets } from './forwarding.ts'
import type { Live } from './live.ts'
import { tokenTime } from './token-time.ts'
import { triggerAt } from './trigger-at.ts'

export interface Rooms {
  deliverer: Deliverer
  forwarding: Forwarding
  sink: Sink
  inspector: Inspector
  /** What a capture is queued for. */
  targetsFor(capture: Capture): CaptureOptions
  trigger(asked: TriggerRequest): Promise<TriggerAnswer>
  status(): Status
}

export interface RoomOptions {
  config: Config
  project: ProjectSecrets
  /** Of the command line and of scripts. */
  token: string
  store: Store
  probe: Probe
  live: Live
  /** Where the targets were configured. */
  targetsSource: string
  verify: VerifySignature
  publish(message: StreamMessage): void
  /** `null` where no daemon runs. */
  examine(): AsyncIterable<DoctorMessage> | null
  /** Ends the daemon; resolves when all is done about subscriptions. Throws where none runs. */
  stop(): Promise<StopAnswer>
  log: Logger
  now(): Date
}

export async function buildRooms(options: RoomOptions): Promise<Rooms> {
  const { config, project, store, live, log, now } = options
  const ownPorts = () => [...live.ownPorts(), ...portOfEmulator(config.apiBase)]
  const deliverer = createDeliverer({
    targets: toTargets(config),
    store,
    concurrency: config.concurrency,
    timeoutMs: config.timeout * 1_000,
    insecure: config.insecure,
    devKey: project.devKey.privateKey,
    sinkUrl: () => live.sinkUrl ?? live.localSinkUrl,
    ownPorts,
    allowDestructiveAnswers: config.allowDestructiveAnswers,
    publish: options.publish,
    log: log.child({ part: 'delivery' }),
    now,
  })
  const forwarding = new Forwarding({
    configured: config,
    source: options.targetsSource,
    sinkPath: `/${project.sinkSecret}`,
    ownPorts,
    retarget: deliverer.retarget,
    status: deliverer.status,
  })
  const targetsFor = (capture: Capture) => planDelivery(capture, config, deliverer)
  const intake = createIntake({
    verify: options.verify,
    tokenTime: (receivedAt) => tokenTime(live.emulator, config.apiBase, receivedAt),
    audiences: () => live.audiences(),
    capture: store.capture,
    targetsFor,
    relay: (notification, challenge, answer) =>
      relay(options, deliverer, notification, { challenge, answer }),
  })
  const sink = createSink({
    secret: project.sinkSecret,
    publicPath: config.publicUrl === null ? '' : new URL(config.publicUrl).pathname,
    take: intake.take,
    answerProbe: options.probe.answer,
    log: log.child({ part: 'sink' }),
    now,
  })

  const trigger = (asked: TriggerRequest) => triggerWith(live, config.apiBase, asked)
  const status = () => toStatus(options, { deliverer, sink, intake })
  const inspector = await createInspector({
    version,
    store,
    sessionToken: options.token,
    sessions: pageSessionsOf(config.dataDir),
    now,
    pageDir,
    url: () => live.inspectorUrl,
    status,
    settings: () => toRunningSettings({ ...config, ...forwarding.settings() }),
    targets: () => forwarding.answer(),
    nameTargets: (words, by) => forwarding.name(words, by),
    heldTypes: () => live.managed?.keeper.status().types ?? [],
    keys: () => toKeys(options),
    environment: () => toAppEnvironment({ ...options, forwarding }),
    replay: deliverer.replay,
    preview: deliverer.preview,
    pause: deliverer.pause,
    trigger,
    emulator: () => emulatorOf(live, config.apiBase),
    verify: options.verify,
    audiences: () => live.audiences(),
    sinkPath: `/${project.sinkSecret}`,
    subscriptions: () => live.subscriptions ?? refuseSubscriptions(config),
    resources: () => live.resources,
    examine: options.examine,
    stop: options.stop,
    keepsResources: config.keepResources,
    publish: options.publish,
    log: log.child({ part: 'inspector' }),
  })
  return { deliverer, forwarding, sink, inspector, targetsFor, trigger, status }
}

/** Notifications that are forwarded automatically: valid events and welcomes. */
function isForTarget(capture: Pick<Capture, 'kind' | 'signature'>, config: Config): boolean {
  const isWanted = capture.kind === 'event' || capture.kind === 'welcome'
  return isWanted && (capture.signature.outcome === 'valid' || config.forwardUnverified)
}

/** What others get: each genuine one, twins included, for they have settings of their own. */
function isForAll({ kind, signature }: Capture): boolean {
  return (kind === 'event' || kind === 'welcome') && signature.outcome === 'valid'
}

/** In passthrough the target is asked before the answer, and Fatture in Cloud does the retrying: nothing is queued. */
function planDelivery(capture: Capture, config: Config, deliverer: Deliverer): CaptureOptions {
  const isQueued = config.respond === 'ack' && isForTarget(capture, config)
  return {
    targets: isQueued ? deliverer.targetsFor(capture.eventType) : [],
    dropTwins: config.dropDuplicates,
    publishTo: config.share !== null && isForAll(capture) ? toShareTarget(config.share) : null,
  }
}

async function relay(
  { config, store, publish }: RoomOptions,
  deliverer: Deliverer,
  notification: Notification,
  own: PassThrough,
): Promise<Notification['answer'] | null> {
  const { seq, signature, twinOf } = notification
  const isAsked = isForTarget(notification, config) || own.challenge !== null
  if (config.respond === 'ack' || !isAsked) return null
  if (config.dropDuplicates && twinOf !== null) return null
  // Anybody can write a challenge above what they want the target to get.
  const isTrusted = signature.outcome === 'valid' || config.forwardUnverified
  const relayed = isTrusted
    ? await deliverer.passThrough(notification, own)
    : { ...own.answer, problem: unsignedVerification }
  if (relayed === null) return null
  const { problem, ...answer } = relayed
  const problems = problem === null ? [] : [problem]
  await store.answered(seq, answer, problems)
  publish({ type: 'answered', seq, answer, problems })
  return answer
}

const unsignedVerification =
  'This verification is not signed by Fatture in Cloud, so the target was not asked; fic-dev answered it.'

function emulatorOf(live: Live, apiBase: string): EmulatorControl | null {
  if (live.emulator) return controlOf(live.emulator)
  return isEmulator(apiBase) ? controlAt(apiBase) : null
}

/** An emulator that runs apart does what it is asked without a token, so it is as little a target as our own ports. */
function portOfEmulator(apiBase: string): number[] {
  return isEmulator(apiBase) ? [portOf(new URL(apiBase))] : []
}

/** The subscriptions of an emulator that does not run are nowhere. */
function refuseSubscriptions({ emulator }: Config): null {
  if (!emulator) return null
  throw new FicDevError('NO_DAEMON', 'With the emulator, subscriptions are there while fic-dev runs.', {
    hint: 'Start it in another terminal: fic-dev --emulator',
  })
}

async function triggerWith(live: Live, apiBase: string, asked: TriggerRequest): Promise<TriggerAnswer> {
  if (live.emulator) return live.emulator.trigger(asked)
  if (isEmulator(apiBase)) return triggerAt(apiBase, asked)
  throw new FicDevError('NO_EMULATOR', 'Only the emulator can be made to send a notification.', {
    hint: 'Start with --emulator, or change something in Fatture in Cloud itself.',
  })
}

function toRunningSettings({ forwardTo, headers, company, publicUrl, insecure }: Config): RunningSettings {
  return { forwardTo, headers, company, publicUrl, insecure }
}

function toStatus(
  { config, store, live }: RoomOptions,
  parts: Pick<Rooms, 'deliverer' | 'sink'> & { intake: Intake },
): Status {
  const separateEmulator = isEmulator(config.apiBase) ? config.apiBase : null
  return {
    version,
    node: process.version,
    startedAt: live.startedAt,
    project: config.dataDir,
    sinkUrl: live.sinkUrl ?? live.localSinkUrl,
    inspectorUrl: live.inspectorUrl,
    emulatorUrl: live.emulator?.url ?? separateEmulator,
    tunnel: live.tunnel?.status() ?? null,
    subscription: live.managed?.keeper.status() ?? null,
    targets: parts.deliverer.status(),
    share: live.sharing?.status() ?? null,
    sink: live.sharing?.status().role === 'follower' ? null : parts.sink.counts(),
    store: store.status(),
    clock: parts.intake.clock(),
    counts: store.counts(),
  }
}
