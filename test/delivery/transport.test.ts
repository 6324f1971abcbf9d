/** The queue with a transport of the test's own: what holds for every way that deliveries leave. */

import { expect, test } from 'vitest'
import type { Delivery } from '../../src/contract/notification.ts'
import { Queue } from '../../src/delivery/queue.ts'
import type { Attempt, Ended, Transport } from '../../src/delivery/transport.ts'
import { silentLog } from '../../src/log.ts'
import { openTestStore, sampleCapture } from '../support/capture.ts'

const target = 'nats://127.0.0.1:4222'

/** A queue whose attempts end when the test says so. */
async function openQueue(capacity: number) {
  const store = await openTestStore()
  const sent: (Attempt & { end(ended: Omit<Ended, 'delivery'>, verdict: Delivery['verdict']): void })[] = []
  const published: Delivery[] = []
  const room = { capacity }
  const transport: Transport = {
    channel: 'stream',
    capacity: () => room.capacity,
    send: (attempt) =>
      new Promise((resolve) => {
        sent.push({
          ...attempt,
          end: (ended, verdict) => resolve({ ...ended, delivery: { ...attempt.pending, verdict } }),
        })
      }),
    ended: () => {},
  }
  const queue = new Queue({
    target,
    transport,
    store,
    publish: (message) => void (message.type === 'delivery' && published.push(message.delivery)),
    log: silentLog(),
    now: () => new Date(),
  })
  return {
    store,
    queue,
    sent,
    published,
    room,
    capture: () => store.capture(sampleCapture(), { targets: [], publishTo: target }),
  }
}

test('as many are sent as the transport has capacity for, in order of capture, and more when it says so', async () => {
  const { queue, sent, room, capture, store } = await openQueue(0)
  for (let count = 0; count < 4; count++) await capture()
  queue.wake()
  expect(sent).toEqual([])

  room.capacity = 3
  queue.pump()
  expect(sent.map(({ job }) => job.seq)).toEqual([1, 2, 3])

  sent[1]?.end({ outcome: { job: 'done' } }, 'delivered')
  await expect.poll(() => sent.map(({ job }) => job.seq)).toEqual([1, 2, 3, 4])
  const closed = queue.close()
  for (const { end } of sent) end({ outcome: { job: 'done' } }, 'delivered')
  await closed
  expect(store.jobs.count(target)).toBe(0)
})

test('one delivery stands for all attempts in a row that do not count', async () => {
  const { queue, sent, published, capture, store } = await openQueue(1)
  await capture()
  queue.wake()
  for (const attempts of [0, 1, 2]) {
    await expect.poll(() => sent.length).toBe(attempts + 1)
    expect(sent[attempts]).toMatchObject({ uncounted: attempts, pending: { attempt: 1, channel: 'stream' } })
    sent[attempts]?.end({ outcome: { job: 'retry', nextAt: new Date(), isCounted: false } }, 'retried')
  }
  await expect.poll(() => sent.length).toBe(4)
  sent[3]?.end({ outcome: { job: 'retry', nextAt: new Date(), isCounted: true } }, 'retried')
  await expect.poll(() => sent.length).toBe(5)
  expect(sent[4]).toMatchObject({ uncounted: 0, pending: { attempt: 2 } })
  sent[4]?.end({ outcome: { job: 'done' } }, 'delivered')
  await queue.idle()

  expect(store.notification(1)?.deliveries.map(({ attempt, verdict }) => [attempt, verdict])).toEqual([
    [1, 'retried'],
    [2, 'delivered'],
  ])
  expect(new Set(published.map(({ id }) => id))).toEqual(new Set([1, 2]))
})
