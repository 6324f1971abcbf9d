/** Hands notifications to the targets: queued ones by themselves, replays when a person asks. */

import { setTimeout as pause } from 'node:timers/promises'
import type { ReplayRequest } from '../contract/api.ts'
import type { ReplayPreview } from '../contract/detail.ts'
import type { Delivery, Notification } from '../contract/notification.ts'
import type { TargetStatus } from '../contract/status.ts'
import { FicDevError } from '../errors.ts'
import { textOf } from '../fic/read-notification.ts'
import type { ExchangeRequest } from '../http/exchange.ts'
import { replacesToken } from '../http/headers.ts'
import type { Logger } from '../log.ts'
import { streamScheme } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import { beginAttempt, endAttempt } from './attempt.ts'
import { TargetQueue, usualPauseMs } from './queue.ts'
import { passthroughTimeoutMs, relayAnswer, relayVerification, type RelayedAnswer } from './passthrough.ts'
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
  /** Each attempt twice: when it begins, `pending`, and when it has ended. */
  onDelivery(listener: (delivery: Delivery) => void): void
  onTarget(listener: (status: TargetStatus) => void): void
  close(): Promise<void>
}

/** What is on its way when we stop may still end by itself; after that it is broken off and waits for the next start. */
const closeGraceMs = 3_000

export function createDeliverer(options: DelivererOptions): Deliverer {
  const { targets, store, log, now = () => new Date() } = options
  const deliveryListeners: ((delivery: Delivery) => void)[] = []
  const targetListeners: ((status: TargetStatus) => void)[] = []
  const sender = createSender({ maxSockets: Math.max(options.concurrency, 8), insecure: options.insecure })
  const passthroughMs = Math.min(passthroughTimeoutMs, options.timeoutMs || Infinity)
  let queues: TargetQueue[] = []
  /** Replays and passthroughs under way. */
  const unqueued = new Set<Promise<SendResult>>()
  let paused = false
  let closing: Promise<void> | null = null

  const tellDelivery = (delivery: Delivery) => {
    for (const listener of deliveryListeners) listener(delivery)
  }
  const sinkUrl = () => {
    const url = options.sinkUrl()
    return url === null ? null : new URL(url)
  }

  function openQueue(url: string): TargetQueue {
    return new TargetQueue({
      url,
      headersFor: (eventType) => headersFor(targets, new URL(url), eventType),
      store,
      sender,
      concurrency: options.concurrency,
      timeoutMs: options.timeoutMs,
      pauseMs: options.pauseMs ?? usualPauseMs,
      sinkUrl,
      onDelivery: tellDelivery,
      onTarget: (status) => targetListeners.forEach((listener) => listener(status)),
      log,
      now,
    })
  }

  /** Jobs for an address that is no longer configured follow the configuration. */
  async function adoptJobs(): Promise<void> {
    const configured = new Set(targets.map(({ url }) => url))
    const stale = store.jobs
      .targets()
      // Streams are the business of sharing.
      .filter((url) => !configured.has(url) && !url.startsWith(streamScheme))
    for (const url of stale) {
      const moved = await store.moveJobs(url, (eventType) => findTarget(targets, eventType)?.url ?? null)
      log.info(
        { from: url, moved },
        'deliveries that waited for another target now wait for the configured one',
      )
    }
  }

  async function prepare(seq: number, asked: ReplayRequest) {
    const captured = read(seq)
    const to = asked.to ?? findTarget(targets, captured.notification.eventType)?.url
    if (to === undefined) {
      throw new FicDevError(
        'REPLAY_TARGET',
        'There is no target that this notification could be replayed to.',
        {
          hint: 'Start with --forward-to http://localhost:3000/webhooks, or name an address with --to.',
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
    const about = { seq, target: to, replay: true, sign: asked.sign ?? ('original' as const), sent }
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
      id: store.nextDeliveryId(),
      attempt: 1,
      startedAt: now().toISOString(),
    })
    tellDelivery(pending)
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
    tellDelivery(delivery)
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
    const ended = Promise.all([...queues.map((queue) => queue.close()), ...unqueued])
    await Promise.race([ended, pause(closeGraceMs, null, { ref: false })])
    sender.close()
    await ended
  }

  return {
    async start() {
      if (targets.length > 0) await adoptJobs()
      queues = [...new Set(targets.map(({ url }) => url))].map(openQueue)
      for (const queue of queues) {
        if (paused) queue.pause(true)
        else queue.pump()
      }
    },
    targetsFor(eventType) {
      const target = findTarget(targets, eventType)
      return target === null ? [] : [target.url]
    },
    wake: () => queues.forEach((queue) => queue.wake()),
    replay,
    preview,
    passThrough,
    pause(next) {
      paused = next
      for (const queue of queues) queue.pause(next)
    },
    paused: () => paused,
    status: () => queues.map((queue) => queue.status()),
    onDelivery: (listener) => void deliveryListeners.push(listener),
    onTarget: (listener) => void targetListeners.push(listener),
    close: () => (closing ??= close()),
  }
}
