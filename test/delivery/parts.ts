/** A deliverer over a store of its own, and what it tells. */

import { onTestFinished } from 'vitest'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import type { TargetStatus } from '../../src/contract/status.ts'
import { createDeliverer, type Deliverer, type DelivererOptions } from '../../src/delivery/deliverer.ts'
import type { Target } from '../../src/delivery/targets.ts'
import { createDevKey } from '../../src/fic/signature/sign.ts'
import { silentLog } from '../../src/log.ts'
import type { Capture } from '../../src/store/notifications.ts'
import { openTestStore, sampleCapture, typePrefix, type TestStore } from '../support/capture.ts'
import type { ReceivedRequest } from '../support/target.ts'

export interface TestDelivery {
  store: TestStore
  deliverer: Deliverer
  devPublicKey: string
  told: Delivery[]
  /** Captures as the sink would, and wakes the deliverer. */
  capture(overrides?: Partial<Capture>): Promise<Notification>
  /** The first delivery, past or to come, that fits. */
  until(fits: (delivery: Delivery) => boolean): Promise<Delivery>
  untilTarget(fits: (status: TargetStatus) => boolean): Promise<TargetStatus>
  /** Lets the time that was asked for pass at once. */
  advance(ms: number): void
}

export async function openDelivery(
  targets: (string | Partial<Target>)[],
  options: Partial<DelivererOptions> = {},
): Promise<TestDelivery> {
  const store = await openTestStore()
  const devKey = await createDevKey()
  const deliveries = createHistory<Delivery>()
  const statuses = createHistory<TargetStatus>()
  let offsetMs = 0
  const deliverer = createDeliverer({
    targets: targets.map(toTarget),
    store,
    concurrency: 1,
    timeoutMs: 30_000,
    insecure: false,
    devKey: devKey.privateKey,
    sinkUrl: () => 'https://brave-otter.example.com/0123456789abcdef0123456789abcdef',
    ownPorts: () => [],
    publish(message) {
      if (message.type === 'delivery') deliveries.add(message.delivery)
      else if (message.type === 'target') statuses.add(message.target)
    },
    log: silentLog(),
    allowDestructiveAnswers: false,
    now: () => new Date(Date.now() + offsetMs),
    ...options,
  })
  store.onCaptured(() => deliverer.wake())
  onTestFinished(() => deliverer.close())
  return {
    store,
    deliverer,
    devPublicKey: devKey.publicKey,
    told: deliveries.all,
    capture(overrides = {}) {
      const one = sampleCapture({ receivedAt: new Date(Date.now() + offsetMs), ...overrides })
      return store.capture(one, { targets: deliverer.targetsFor(one.eventType) })
    },
    until: deliveries.until,
    untilTarget: statuses.until,
    advance(ms) {
      offsetMs += ms
      deliverer.wake()
    },
  }
}

export function toTarget(one: string | Partial<Target>): Target {
  return { types: [], url: '', headers: {}, ...(typeof one === 'string' ? { url: one } : one) }
}

/** A capture of an event of this short type. */
export function ofType(shortName: string): Partial<Capture> {
  return { eventType: typePrefix + shortName }
}

/** Which notifications the requests carried, in order. */
export function seqsOf(requests: readonly ReceivedRequest[]): number[] {
  return requests.map(({ headers }) => Number(headers['x-fic-dev-notification']))
}

function createHistory<T>() {
  const all: T[] = []
  const waiting = new Set<(one: T) => void>()
  return {
    all,
    add(one: T) {
      all.push(one)
      for (const look of waiting) look(one)
    },
    until: (fits: (one: T) => boolean) =>
      new Promise<T>((resolve) => {
        const found = all.find(fits)
        if (found) return resolve(found)
        const look = (one: T) => {
          if (!fits(one)) return
          waiting.delete(look)
          resolve(one)
        }
        waiting.add(look)
      }),
  }
}
