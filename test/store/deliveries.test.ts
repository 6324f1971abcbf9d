/** Jobs and deliveries in the store: what waits, what was interrupted, what was exported and comes back. */

import { expect, test } from 'vitest'
import type { Delivery } from '../../src/contract/notification.ts'
import {
  openTestStore,
  sampleCapture,
  sampleDelivery,
  typePrefix,
  type TestStore,
} from '../support/capture.ts'

const target = 'http://127.0.0.1:3000/webhooks'
const now = new Date('2026-03-01T12:10:00Z')

async function takeJob(store: TestStore) {
  const [job] = store.jobs.due(target, now, 1)
  if (!job) throw new Error('There is no job.')
  return job
}

test('a job waits until its attempt has ended for good', async () => {
  const store = await openTestStore()
  const { seq } = await store.capture(sampleCapture(), { targets: [target] })
  const job = await takeJob(store)
  const begun = sampleDelivery({ seq, verdict: 'pending', status: null, durationMs: null })
  const nextAt = new Date('2026-03-01T13:00:00Z')

  await store.beginDelivery(begun)
  expect(store.jobs.count(target)).toBe(1)
  await store.endDelivery({ ...begun, verdict: 'retried' }, { job, outcome: { job: 'retry', nextAt } })
  expect(store.jobs.due(target, now, 10)).toEqual([])
  expect(store.jobs.nextDue(target)).toEqual(nextAt)
  expect(store.jobs.due(target, nextAt, 10)).toMatchObject([{ seq, attempts: 1 }])

  await store.endDelivery({ ...begun, verdict: 'delivered' }, { job, outcome: { job: 'done' } })
  expect(store.counts()).toEqual({ notifications: 1, deliveries: 1, waiting: 0 })
})

test('a delivery comes back as it was written down', async () => {
  const store = await openTestStore()
  await store.capture(sampleCapture(), { targets: [] })
  const delivery = sampleDelivery({
    id: store.nextDeliveryId(),
    replay: true,
    sign: 'dev',
    responseHeaders: [
      ['Set-Cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ],
    sent: { headers: [['A', 'b']], body: '{"data":{"ids":["x"]}}' },
    nextAttemptAt: '2026-03-01T12:20:00.000Z',
  })

  await store.beginDelivery({ ...delivery, verdict: 'pending', status: null })
  await store.endDelivery(delivery)

  expect(store.notification(1)?.deliveries).toEqual([delivery])
})

test('an attempt that ends before its beginning was written down is written down once, as it ended', async () => {
  const store = await openTestStore()
  await store.capture(sampleCapture(), { targets: [target] })
  const job = await takeJob(store)
  const delivery = sampleDelivery({ id: store.nextDeliveryId(), seq: 1 })

  await Promise.all([
    store.beginDelivery({ ...delivery, verdict: 'pending', status: null }),
    store.endDelivery(delivery, { job, outcome: { job: 'done' } }),
  ])

  expect(store.notification(1)?.deliveries).toEqual([delivery])
  expect(store.counts()).toMatchObject({ deliveries: 1, waiting: 0 })
})

test('the end of an attempt whose notification was removed meanwhile is no failure, and leaves nothing behind', async () => {
  const store = await openTestStore()
  const { seq } = await store.capture(sampleCapture(), { targets: [target] })
  const job = await takeJob(store)
  const delivery = sampleDelivery({ id: store.nextDeliveryId(), seq })
  await store.beginDelivery({ ...delivery, verdict: 'pending', status: null })
  await store.remove(seq)

  await store.endDelivery(delivery, { job, outcome: { job: 'done' } })

  expect(store.counts()).toEqual({ notifications: 0, deliveries: 0, waiting: 0 })
})

test('an attempt that a crash interrupted is closed on the next start, and its job still waits', async () => {
  const store = await openTestStore()
  await store.capture(sampleCapture(), { targets: [target] })
  await store.beginDelivery(sampleDelivery({ verdict: 'pending', status: null, durationMs: null }))
  store.close()

  const again = await openTestStore({ dataDir: store.dataDir })

  expect(again.notification(1)?.deliveries).toMatchObject([
    { verdict: 'retried', status: null, error: 'fic-dev stopped before the target answered' },
  ])
  expect(again.jobs.due(target, now, 10)).toMatchObject([{ seq: 1, attempts: 0 }])
  expect(again.nextDeliveryId()).toBe(2)
})

test('jobs come in the order of capture, and waking makes all of a target due', async () => {
  const store = await openTestStore()
  for (let seq = 1; seq <= 3; seq++) await store.capture(sampleCapture(), { targets: [target] })
  const later = new Date('2026-03-02T00:00:00Z')
  const job = await takeJob(store)
  await store.beginDelivery(sampleDelivery())
  await store.endDelivery(sampleDelivery({ verdict: 'retried' }), {
    job,
    outcome: { job: 'retry', nextAt: later },
  })
  expect(store.jobs.due(target, now, 10).map(({ seq }) => seq)).toEqual([2, 3])

  await store.wakeJobs(target, now)

  expect(store.jobs.due(target, now, 10).map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test('jobs of one target move to others by event type, and those that nobody wants end', async () => {
  const store = await openTestStore()
  const old = 'http://127.0.0.1:1/old'
  for (const type of ['products.create', 'taxes.create', 'receipts.create']) {
    await store.capture(sampleCapture({ eventType: typePrefix + type }), { targets: [old] })
  }
  const wanted: Record<string, string> = { 'products.create': 'http://a/', 'taxes.create': 'http://b/' }

  const moved = await store.moveJobs(old, (type) => wanted[type?.slice(typePrefix.length) ?? ''] ?? null)

  expect(moved).toEqual({ moved: 2, ended: 1 })
  expect(store.jobs.targets('app').toSorted()).toEqual(['http://a/', 'http://b/'])
  expect(store.jobs.count()).toBe(2)
})

test('what is restored is as it was, deliveries and raw bytes included, under a seq of its own', async () => {
  const source = await openTestStore()
  const bytes = Buffer.from([0x00, 0xff, 0xfe, 0x0a])
  const capture = sampleCapture({ body: bytes, problems: ['The body is not JSON.'] })
  await source.capture(capture, { targets: [] })
  for (const attempt of [1, 2]) {
    await source.beginDelivery(sampleDelivery({ id: source.nextDeliveryId(), attempt }))
  }
  const exported = source.notification(1)
  const deliveries: Delivery[] = exported?.deliveries ?? []

  const other = await openTestStore()
  await other.capture(sampleCapture(), { targets: [] })
  const [restored] = await other.beginImport().add([{ capture, deliveries }])

  expect(restored).toMatchObject({ seq: 2 })
  expect(other.body(2)?.equals(bytes)).toBe(true)
  expect(other.notification(2)).toEqual({
    ...exported,
    seq: 2,
    deliveries: deliveries.map((delivery) => ({ ...delivery, seq: 2 })),
  })
  expect(other.jobs.count()).toBe(0)
})

test('what the store has already is left out when it is restored', async () => {
  const store = await openTestStore()
  const capture = sampleCapture()
  await store.capture(capture, { targets: [] })

  expect(await store.beginImport().add([{ capture, deliveries: [] }])).toEqual([])
  const other = { ...capture, body: Buffer.from('{}') }
  expect(await store.beginImport().add([{ capture: other, deliveries: [] }])).toMatchObject([
    { seq: 2, twinOf: 1, problems: [] },
  ])
})

test('twins that are alike are two when they are restored together, and none when they are restored again', async () => {
  const store = await openTestStore()
  const twin = { capture: sampleCapture(), deliveries: [] }

  expect(await store.beginImport().add([twin, twin])).toMatchObject([{ seq: 1 }, { seq: 2, twinOf: 1 }])
  expect(await store.beginImport().add([twin, twin])).toEqual([])
})

test('a restored attempt that never ended is not shown as under way', async () => {
  const store = await openTestStore()
  const pending = sampleDelivery({ verdict: 'pending', status: null, durationMs: null })

  await store.beginImport().add([{ capture: sampleCapture(), deliveries: [pending] }])

  expect(store.notification(1)?.deliveries).toMatchObject([{ verdict: 'retried', status: null }])
})

test("a target's answer with NUL in it is read back whole", async () => {
  const store = await openTestStore()
  const { seq } = await store.capture(sampleCapture(), { targets: [] })
  const delivery = sampleDelivery({ id: store.nextDeliveryId(), seq, responseBody: 'before\0after' })
  await store.beginDelivery(delivery)

  expect(store.notification(seq)?.deliveries[0]?.responseBody).toBe('before\0after')
})
