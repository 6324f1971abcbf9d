import { expect, test } from 'vitest'
import { listOf, openTestStore, sampleCapture, sampleDelivery, testFolder } from '../support/capture.ts'

const at = new Date('2026-03-01T12:00:00.000Z')
const now = () => new Date('2026-03-02T12:00:00.000Z')

test('an arrival is captured once, after a restart and after its notification was removed too', async () => {
  const dataDir = await testFolder()
  const store = await openTestStore({ dataDir, now })
  const first = await store.captureOnce({ key: 'a', at }, sampleCapture(), { targets: ['http://x/'] })
  const again = await store.captureOnce({ key: 'a', at }, sampleCapture(), { targets: ['http://x/'] })
  expect([first?.seq, again]).toEqual([1, null])
  expect(store.counts()).toEqual({ notifications: 1, deliveries: 0, waiting: 1 })
  await store.remove(1)
  store.close()

  const reopened = await openTestStore({ dataDir, now })
  expect(await reopened.captureOnce({ key: 'a', at }, sampleCapture(), { targets: [] })).toBeNull()
  expect(reopened.lastArrival()).toEqual(at)
})

test('the time to deliver what a stream brings begins with its arrival here, whenever the hub received it', async () => {
  const store = await openTestStore({ now })
  const receivedAt = new Date('2016-03-01T12:00:00.000Z')
  await store.captureOnce({ key: 'a', at }, sampleCapture({ receivedAt }), { targets: ['http://x/'] })

  expect(store.jobs.due('http://x/', now(), 1)).toMatchObject([{ createdAt: now(), nextAt: now() }])
})

test('a clock that is years ahead forgets no arrival when the store opens', async () => {
  const dataDir = await testFolder()
  const store = await openTestStore({ dataDir, now })
  await store.captureOnce({ key: 'a', at }, sampleCapture(), { targets: [] })
  store.close()

  const reopened = await openTestStore({ dataDir, now: () => new Date('2036-03-01T12:00:00.000Z') })
  expect(reopened.lastArrival()).toEqual(at)
  expect(await reopened.captureOnce({ key: 'a', at }, sampleCapture(), { targets: [] })).toBeNull()
})

test('arrivals that came together in one commit are told apart too', async () => {
  const store = await openTestStore({ now })
  const captured = await Promise.all(
    ['a', 'b', 'a'].map((key) => store.captureOnce({ key, at }, sampleCapture(), { targets: [] })),
  )
  expect(captured.map((notification) => notification?.seq ?? null)).toEqual([1, 2, null])
})

test('nothing has arrived in a store that captures by itself', async () => {
  const store = await openTestStore()
  await store.capture(sampleCapture(), { targets: [] })
  expect(store.lastArrival()).toBeNull()
})

test('a twin is published although it is not forwarded again', async () => {
  const store = await openTestStore()
  const options = { targets: ['http://x/'], publishTo: 'nats://y:4222', dropTwins: true }
  const capture = sampleCapture()
  await store.capture(capture, options)
  await store.capture(capture, options)
  expect([store.jobs.count('http://x/'), store.jobs.count('nats://y:4222')]).toEqual([1, 2])
})

test('what a stream confirmed does not hide what the app answered', async () => {
  const store = await openTestStore()
  const { seq } = await store.capture(sampleCapture(), { targets: [] })
  const delivery = sampleDelivery({ seq })
  await store.beginDelivery({ ...delivery, id: 1, status: 400, verdict: 'dropped' })
  await store.beginDelivery({ ...delivery, id: 2, channel: 'stream', target: 'nats://y:4222', status: null })
  const [listed] = await listOf(store, {}, 1)
  expect(listed?.deliveries.map(({ id }) => id)).toEqual([1])
  expect(await listOf(store, { delivery: 'dropped' }, 1)).toHaveLength(1)
  expect(
    (await store.board.typeCounts()).map(({ answered, lastOutcome }) => [answered, lastOutcome]),
  ).toEqual([[0, 'dropped']])
})
