/** Hands notifications to the targets: queued ones by themselves, replays when a person asks. */

import { setTimeout as pause } from 'node:timers/promises'
import type { ReplayRequest } from '../contract/api.ts'
import type { ReplayPreview } from '../contract/detail.ts'
import type { Delivery, Notification } from '../contract/notification.ts'
import type { TargetStatus } from '../contract/status.ts'
import type { StreamMessage } from '../contract/stream.ts'
import { FicDevError, messageOf } from '../errors.ts'
import { textOf } from '../fic/read-notification.ts'
import type { ExchangeRequest } from '../http/exchange.ts'
import { replacesToken } from '../http/headers.ts'
import type { Logger } from '../log.ts'
import type { Moved } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import { beginAttempt, endAttempt } from './attempt.ts'
import { HttpTransport, usualPauseMs } from './http-transport.ts'
import { passthroughTimeoutMs, relayAnswer, relayVerification, type RelayedAnswer } from './passthrough.ts'
import { adoptJobs } from './queue.ts'
import { prepareReplay } from './replay.ts'
import { toDeliveryHeaders, withQueryOf } from './request.ts'
import { createSender, type SendResult } from './send.ts'
import { checkReplayTarget, findTarget, headersFor, type Target } from './targets.ts'

export interface DelivererOptions {
  targets: readonly Target[]
  store: Store
  /** Deliveries at once to one target; 1 keeps the order. */
  concurrency: number
  /** For each delivery and replay; 0 for no limit. */
  timeoutMs: number
  /** Checks no certificate of a target on this machine. */
  insecure: boolean
  /** PEM, PKCS #8: signs replays with `sign: "dev"`. */
  devKey: string
  /** Our public address, for `x-forwarded-*`. */
  sinkUrl(): string | null
  /** Whether answers are relayed that delete the subscription or lose a notification. */
  allowDestructiveAnswers: boolean
  /** Our own ports, which no replay may go to. */
  ownPorts(): number[]
  /** Gets each attempt twice, when it begins, `pending`, and when it has ended; and the targets when they change. */
  publish(message: StreamMessage): void
  log: Logger
  /** Between tries while a target is at fault; tests shorten it. */
  pauseMs?: number
  now?: () => Date
}

/** What fic-dev would answer by itself. */
export interface PassThrough {
  /** Of a verification that can be answered, else `null`. */
  challenge: string | null
  answer: { status: number; body: string | null }
}

export interface Deliverer {
  /** Takes up what an earlier run left. */
  start(): Promise<void>
  /** The URLs that a notification of this type is to be queued for: one, or none. */
  targetsFor(eventType: string | null): string[]
  /**
   * Changes the targets while it runs. Deliveries that wait for a target that is gone follow to the one that takes their
   * type, in order and before newer ones; those that none takes end. Without targets they wait for the next ones.
   */
  retarget(targets: readonly Target[]): Promise<Moved>
  /** Something was queued for a target. */
  wake(): void
  /**
   * Sends once, now, and waits for the answer.
   * @throws FicDevError NOT_FOUND, REPLAY_TARGET, REPLAY_UNSIGNABLE
   */
  replay(seq: number, asked: ReplayRequest): Promise<Delivery>
  /** What `replay` would send; throws the same. */
  preview(seq: number, asked: ReplayRequest): Promise<ReplayPreview>
  /**
   * Asks the target at once, so that Fatture in Cloud can be given its answer; nothing is queued.
   * `null` when no target wants it.
   */
  passThrough(notification: Notification, own: PassThrough): Promise<RelayedAnswer | null>
  pause(paused: boolean): void
  paused(): boolean
  status(): TargetStatus[]
  close(): Promise<void>
}

/** What is on its way when we stop may still end by itself; after that it is broken off and waits for the next start. */
const closeGraceMs = 3_000

/** The same for attempts at a target that is gone. The deliveries that wait follow after it. */
const leaveGraceMs = 3_000

export function createDeliverer(options: DelivererOptions): Deliverer {
  const { store, publish, log, now = () => new Date() } = options
  let { targets } = options
  const sender = createSender({ maxSockets: Math.max(options.concurrency, 8), insecure: options.insecure })
  const passthroughMs = Math.min(passthroughTimeoutMs, options.timeoutMs || Infinity)
  let queues: HttpTransport[] = []
  /** Those of targets that are gone, while an attempt of theirs is under way. */
  let leaving: HttpTransport[] = []
  /** Targets that are gone, of this run: a capture that was under way may still have been queued for one. */
  const gone = new Set<string>()
  let changing: Promise<unknown> = Promise.resolve()
  /** Replays and passthroughs under way. */
  const unqueued = new Set<Promise<SendResult>>()
  let paused = false
  let closing: Promise<void> | null = null

  const sinkUrl = () => {
    const url = options.sinkUrl()
    return url === null ? null : new URL(url)
  }

  function openQueue(url: string): HttpTransport {
    return new HttpTransport({
      ...options,
      url,
      headersFor: (eventType) => headersFor(targets, new URL(url), eventType),
      sender,
      pauseMs: options.pauseMs ?? usualPauseMs,
      sinkUrl,
      now,
    })
  }

  /** Jobs for an address that is no longer configured follow the configuration. */
  async function adopt(): Promise<Moved> {
    // They wait for the next targets.
    if (targets.length === 0) return { moved: 0, ended: 0 }
    return adoptJobs(
      { store, log },
      'app',
      targets.map(({ url }) => url),
      (eventType) => findTarget(targets, eventType)?.url ?? null,
    )
  }

  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const changed = changing.then(change)
    changing = changed.catch(() => {})
    return changed
  }

  async function start(): Promise<void> {
    await adopt()
    queues = queuesOf(targets)
    for (const queue of queues) {
      if (paused) queue.pause(true)
      else queue.resume({ hasJoined: false })
    }
  }

  /** Those that are open already stay. */
  function queuesOf(those: readonly Target[]): HttpTransport[] {
    const urls = new Set(those.map(({ url }) => url))
    return [...urls].map((url) => queues.find((queue) => queue.url === url) ?? openQueue(url))
  }

  async function retarget(next: readonly Target[]): Promise<Moved> {
    if (closing !== null) return { moved: 0, ended: 0 }
    targets = next
    const before = queues
    queues = queuesOf(targets)
    leaving = before.filter((queue) => !queues.includes(queue))
    for (const { url } of queues) gone.delete(url)
    for (const { url } of leaving) gone.add(url)
    for (const queue of queues) {
      queue.suspend()
      if (!before.includes(queue) && paused) queue.pause(true)
    }
    publish({ type: 'targets', targets: queues.map((queue) => queue.status()) })
    let hasJoined = false
    try {
      await leave(leaving)
      const moved = closing === null ? await adopt() : { moved: 0, ended: 0 }
      hasJoined = moved.moved > 0
      return moved
    } finally {
      leaving = []
      for (const queue of queues) queue.resume({ hasJoined })
      adoptLate()
    }
  }

  /** What is under way may still end; after that it is aborted, and repeated at the target that takes it. */
  async function leave(those: readonly HttpTransport[]): Promise<void> {
    const ended = Promise.all(those.map((queue) => queue.close()))
    await Promise.race([ended, pause(leaveGraceMs, null, { ref: false })])
    for (const queue of those) queue.abort('the target was changed before it answered')
    await ended
  }

  /** A capture that began before the targets were changed may be queued for one that is gone. */
  function adoptLate(): void {
    const isLate = targets.length > 0 && [...gone].some((url) => store.jobs.count(url) > 0)
    if (!isLate || leaving.length > 0) return
    inTurn(async () => {
      if (closing !== null) return
      const { moved } = await adopt()
      if (moved > 0) for (const queue of queues) queue.resume({ hasJoined: true })
    }).catch((thrown: unknown) => log.error({ reason: messageOf(thrown) }, 'late deliveries not moved'))
  }

  async function prepare(seq: number, asked: ReplayRequest) {
    const captured = read(seq)
    const to = asked.to ?? findTarget(targets, captured.notification.eventType)?.url
    if (to === undefined) {
      throw new FicDevError(
        'REPLAY_TARGET',
        'There is no target that this notification could be replayed to.',
        {
          hint: 'Name your app: fic-dev forward http://localhost:3000/webhooks, or name an address with --to.',
        },
      )
    }
    const url = checkReplayTarget(to, targets, options.ownPorts())
    const targetHeaders = headersFor(targets, url, captured.notification.eventType)
    const prepared = await prepareReplay(captured, asked, {
      to: url,
      targetHeaders,
      sinkUrl: sinkUrl(),
      devKey: options.devKey,
      now: now(),
    })
    return { ...prepared, to, targetHeaders }
  }

  async function replay(seq: number, asked: ReplayRequest): Promise<Delivery> {
    const { request, sent, to, targetHeaders } = await prepare(seq, asked)
    const about = {
      seq,
      target: to,
      replay: true,
      sign: asked.sign ?? ('original' as const),
      sent,
    }
    const { delivery } = await sendOnce(request, options.timeoutMs, about, targetHeaders)
    return delivery
  }

  async function preview(seq: number, asked: ReplayRequest): Promise<ReplayPreview> {
    const { request } = await prepare(seq, asked)
    const { method, url, headers, body } = request
    return { method, url: url.href, headers: [...headers], body: textOf(body) }
  }

  async function passThrough(notification: Notification, own: PassThrough): Promise<RelayedAnswer | null> {
    // A verification is of no event type: the first target answers for all.
    const target =
      notification.kind === 'verification' ? targets[0] : findTarget(targets, notification.eventType)
    const body = store.body(notification.seq)
    if (!target || body === null) return null
    const addition = { sinkUrl: sinkUrl(), attempt: 1, replay: false, headers: target.headers }
    const request: ExchangeRequest = {
      method: notification.method,
      url: withQueryOf(notification, new URL(target.url)),
      headers: toDeliveryHeaders(notification, addition),
      body,
    }
    const about = {
      seq: notification.seq,
      target: target.url,
      replay: false,
      sign: 'original' as const,
      sent: null,
    }
    const { result } = await sendOnce(request, passthroughMs, about, target.headers)
    return own.challenge === null
      ? relayAnswer(result, options.allowDestructiveAnswers)
      : relayVerification(result, own.challenge, own.answer)
  }

  /** One attempt outside the queue, written down like any other. */
  async function sendOnce(
    request: ExchangeRequest,
    timeoutMs: number,
    about: Pick<Delivery, 'seq' | 'target' | 'replay' | 'sign' | 'sent'>,
    configured: Record<string, string>,
  ) {
    const pending = beginAttempt({
      ...about,
      channel: 'app',
      id: store.nextDeliveryId(),
      attempt: 1,
      startedAt: now().toISOString(),
    })
    publish({ type: 'delivery', delivery: pending })
    // There is no queue that would repeat it after a kept connection turned out to be closed.
    const sending = sender.send(request, { timeoutMs, isFresh: true })
    unqueued.add(sending)
    // Written down while it is under way.
    const [result] = await Promise.all([sending, store.beginDelivery(pending)])
    unqueued.delete(sending)
    const delivery = endAttempt(pending, result, {
      nextAttemptAt: null,
      hasOwnAuthorization: replacesToken(configured),
    })
    await store.endDelivery(delivery)
    publish({ type: 'delivery', delivery })
    return { delivery, result }
  }

  function read(seq: number): { notification: Notification; body: Buffer } {
    const captured = store.captured(seq)
    if (captured === null) {
      throw new FicDevError('NOT_FOUND', `There is no notification ${seq}.`, {
        hint: 'fic-dev list shows those that are kept.',
      })
    }
    return captured
  }

  async function close(): Promise<void> {
    const ended = Promise.all([...[...queues, ...leaving].map((queue) => queue.close()), ...unqueued])
    await Promise.race([ended, pause(closeGraceMs, null, { ref: false })])
    sender.close()
    await ended
    await changing
  }

  return {
    start: () => inTurn(start),
    targetsFor(eventType) {
      const target = findTarget(targets, eventType)
      return target === null ? [] : [target.url]
    },
    retarget: (next) => inTurn(() => retarget(next)),
    wake() {
      if (gone.size > 0) adoptLate()
      for (const queue of queues) queue.wake()
    },
    replay,
    preview,
    passThrough,
    pause(next) {
      paused = next
      for (const queue of queues) queue.pause(next)
    },
    paused: () => paused,
    status: () => queues.map((queue) => queue.status()),
    close: () => (closing ??= close()),
  }
}
