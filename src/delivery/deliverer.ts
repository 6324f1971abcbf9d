/** Hands notifications to the targets: queued ones by themselves, replays when a person asks. */

import type { ReplayRequest } from '../contract/api.ts'
import type { Delivery, Notification } from '../contract/notification.ts'
import type { TargetStatus } from '../contract/status.ts'
import { FicDevError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Store } from '../store/store.ts'
import { beginAttempt, endAttempt } from './attempt.ts'
import { deliveryTimeoutMs, TargetQueue } from './queue.ts'
import { prepareReplay } from './replay.ts'
import { createSender } from './send.ts'
import { checkReplayTarget, findTarget, type Target } from './targets.ts'

export interface DelivererOptions {
  targets: readonly Target[]
  store: Store
  /** Deliveries at once to one target; 1 keeps the order. */
  concurrency: number
  /** PEM, PKCS #8: signs replays with `sign: "dev"`. */
  devKey: string
  /** Our public address, for `x-forwarded-*`. */
  sinkUrl(): string | null
  /** Our own ports, which no replay may go to. */
  ownPorts(): number[]
  log: Logger
  now?: () => Date
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
  pause(paused: boolean): void
  paused(): boolean
  status(): TargetStatus[]
  /** Each attempt twice: when it begins, `pending`, and when it has ended. */
  onDelivery(listener: (delivery: Delivery) => void): void
  onTarget(listener: (status: TargetStatus) => void): void
  close(): Promise<void>
}

export function createDeliverer(options: DelivererOptions): Deliverer {
  const { targets, store, log, now = () => new Date() } = options
  const deliveryListeners: ((delivery: Delivery) => void)[] = []
  const targetListeners: ((status: TargetStatus) => void)[] = []
  const sender = createSender(Math.max(options.concurrency, 8))
  let queues: TargetQueue[] = []
  let paused = false

  const tellDelivery = (delivery: Delivery) => {
    for (const listener of deliveryListeners) listener(delivery)
  }
  const sinkUrl = () => {
    const url = options.sinkUrl()
    return url === null ? null : new URL(url)
  }

  function openQueue(target: Target): TargetQueue {
    return new TargetQueue({
      target,
      store,
      sender,
      concurrency: options.concurrency,
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
    const stale = store.jobs.targets().filter((url) => !configured.has(url))
    for (const url of stale) {
      const moved = await store.moveJobs(url, (eventType) => findTarget(targets, eventType)?.url ?? null)
      log.info(
        { from: url, moved },
        'deliveries that waited for another target now wait for the configured one',
      )
    }
  }

  async function replay(seq: number, asked: ReplayRequest): Promise<Delivery> {
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
    const target = targets.find((one) => new URL(one.url).href === url.href)
    const { request, sent } = await prepareReplay(captured, asked, {
      to: url,
      targetHeaders: target?.headers ?? {},
      sinkUrl: sinkUrl(),
      devKey: options.devKey,
      now: now(),
    })
    const pending = beginAttempt({
      id: store.nextDeliveryId(),
      seq,
      target: to,
      attempt: 1,
      replay: true,
      sign: asked.sign ?? 'original',
      startedAt: now().toISOString(),
      sent,
    })
    await store.beginDelivery(pending)
    tellDelivery(pending)
    const delivery = endAttempt(pending, await sender.send(request, deliveryTimeoutMs), null)
    await store.endDelivery(delivery)
    tellDelivery(delivery)
    return delivery
  }

  function read(seq: number): { notification: Notification; body: Buffer } {
    const notification = store.notification(seq)
    const body = store.body(seq)
    if (notification === null || body === null) {
      throw new FicDevError('NOT_FOUND', `There is no notification ${seq}.`, {
        hint: 'fic-dev list shows those that are kept.',
      })
    }
    return { notification, body }
  }

  return {
    async start() {
      if (targets.length > 0) await adoptJobs()
      const byUrl = new Map(targets.map((target) => [target.url, target]))
      queues = [...byUrl.values()].map(openQueue)
      for (const queue of queues) queue.pump()
    },
    targetsFor(eventType) {
      const target = findTarget(targets, eventType)
      return target === null ? [] : [target.url]
    },
    wake: () => queues.forEach((queue) => queue.pump()),
    replay,
    pause(next) {
      paused = next
      for (const queue of queues) queue.pause(next)
    },
    paused: () => paused,
    status: () => queues.map((queue) => queue.status()),
    onDelivery: (listener) => void deliveryListeners.push(listener),
    onTarget: (listener) => void targetListeners.push(listener),
    async close() {
      await Promise.all(queues.map((queue) => queue.close()))
      sender.close()
    },
  }
}
