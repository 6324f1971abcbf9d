/** Captures: durable before they resolve, kept as they came, twins told apart. */

import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import { expect, test } from 'vitest'
import { listOf, openTestStore, sampleCapture, testFolder, typePrefix } from '../support/capture.ts'

const target = 'http://127.0.0.1:3000/webhooks'

/** What a crash at this moment would leave: a copy of the files, opened by another connection. */
async function afterCrash(dataDir: string, sql: string): Promise<unknown[]> {
  const copy = await testFolder()
  for (const name of readdirSync(dataDir)) copyFileSync(join(dataDir, name), join(copy, name))
  const database = new Libsql(join(copy, 'fic-dev.db'))
  try {
    return database.prepare(sql).raw().all([])
  } finally {
    database.close()
  }
}

test('when a capture resolves, it and its job would survive a crash', async () => {
  const store = await openTestStore()

  const { seq } = await store.capture(sampleCapture(), { targets: [target] })

  expect(await afterCrash(store.dataDir, 'SELECT seq, length(body) FROM notifications')).toEqual([[seq, 26]])
  expect(await afterCrash(store.dataDir, 'SELECT seq, target FROM jobs')).toEqual([[seq, target]])
})

test('a capture is told to listeners in order, once it is durable', async () => {
  const store = await openTestStore()
  const told: number[] = []
  store.onCaptured(({ seq }) => told.push(seq))

  const captured = Array.from({ length: 20 }, () => store.capture(sampleCapture(), { targets: [] }))
  expect(told).toEqual([])
  await Promise.all(captured)

  expect(told).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
})

test('what is captured comes back as it came, and a body that is not UTF-8 byte for byte', async () => {
  const store = await openTestStore()
  const body = Buffer.from([0x7b, 0x00, 0xff, 0xfe, 0xc3, 0x28, 0x0d, 0x0a])
  const headers: [string, string][] = [
    ['X-Two', 'first'],
    ['x-two', 'second'],
    ['X-Latin', 'caff\u00E8'],
    ['Empty', ''],
  ]
  const capture = sampleCapture({ body, headers, ids: ['a', 1], problems: ['odd'] })

  const { seq } = await store.capture(capture, { targets: [] })

  expect(store.body(seq)?.equals(body)).toBe(true)
  expect(store.notification(seq)).toEqual({
    ...capture,
    seq,
    receivedAt: '2026-03-01T12:00:00.000Z',
    bodyBytes: 8,
    body: null,
    twinOf: null,
    deliveries: [],
  })
})

test('a seq is never used twice, not even after all were removed', async () => {
  const store = await openTestStore()
  await store.capture(sampleCapture(), { targets: [target] })
  await store.capture(sampleCapture(), { targets: [target] })
  await store.removeAll()

  expect(store.counts()).toEqual({ notifications: 0, deliveries: 0, waiting: 0 })
  expect(store.lastSeq()).toBe(2)
  expect(await store.capture(sampleCapture(), { targets: [] })).toMatchObject({ seq: 3 })
})

test('one that is removed takes its job along', async () => {
  const store = await openTestStore()
  const { seq } = await store.capture(sampleCapture(), { targets: [target] })

  expect(await store.remove(seq)).toBe(true)
  expect(await store.remove(seq)).toBe(false)

  expect(store.notification(seq)).toBeNull()
  expect(store.body(seq)).toBeNull()
  expect(store.jobs.count()).toBe(0)
})

test('the same id again is a twin of the first, and is delivered too', async () => {
  const store = await openTestStore()
  const capture = sampleCapture()
  await store.capture(capture, { targets: [target] })
  await store.capture(capture, { targets: [target] })
  const third = await store.capture(capture, { targets: [target] })

  expect((await listOf(store, {}, 10)).map(({ twinOf }) => twinOf)).toEqual([1, 1, null])
  expect(third.problems).toEqual([])
  expect(store.jobs.count()).toBe(3)
})

test('a twin is not delivered where twins are to be dropped', async () => {
  const store = await openTestStore()
  const capture = sampleCapture()
  await store.capture(capture, { targets: [target], dropTwins: true })
  await store.capture(capture, { targets: [target], dropTwins: true })

  expect(store.counts()).toMatchObject({ notifications: 2, waiting: 1 })
})

test('a valid twin with another body is marked as suspicious', async () => {
  const store = await openTestStore()
  const capture = sampleCapture()
  await store.capture(capture, { targets: [] })

  const other = await store.capture(
    { ...capture, body: Buffer.from('{"data":{"ids":[1]}}') },
    { targets: [] },
  )

  expect(other).toMatchObject({
    twinOf: 1,
    problems: [expect.stringContaining('Suspicious: notification 1')],
  })
})

test.for(['invalid', 'missing'] as const)(
  'one whose signature is %s cannot make a later genuine one its twin',
  async (outcome) => {
    const store = await openTestStore()
    const genuine = sampleCapture()
    const forged = {
      ...genuine,
      body: Buffer.from('{"data":{"ids":[666]}}'),
      signature: { outcome, claims: [], problems: [] },
    }
    await store.capture(forged, { targets: [] })

    const second = await store.capture(genuine, { targets: [target], dropTwins: true })
    const third = await store.capture(forged, { targets: [] })

    expect(second).toMatchObject({ twinOf: null, problems: [] })
    expect(store.jobs.count()).toBe(1)
    expect(third.twinOf).toBe(2)
  },
)

test('an imported copy is not the original of a notification that arrives, and the first that arrived is', async () => {
  const store = await openTestStore()
  const genuine = sampleCapture()
  const forged = { ...genuine, body: Buffer.from('{"data":{"ids":[666]}}') }
  await store.beginImport().add([{ capture: forged, deliveries: [] }])

  const first = await store.capture(genuine, { targets: [target], dropTwins: true })
  const second = await store.capture(genuine, { targets: [target], dropTwins: true })

  expect(first).toMatchObject({ twinOf: null, problems: [] })
  expect(second.twinOf).toBe(first.seq)
  expect(store.jobs.count()).toBe(1)
})

test('verifications without an id, and events with an empty one, are nobody’s twins', async () => {
  const store = await openTestStore()
  const verification = sampleCapture({
    kind: 'verification',
    eventType: null,
    cloudEvent: null,
    method: 'GET',
  })
  const { cloudEvent } = sampleCapture()
  const withoutId = sampleCapture({ cloudEvent: cloudEvent && { ...cloudEvent, id: '' } })
  for (const capture of [verification, verification, withoutId, withoutId]) {
    await store.capture(capture, { targets: [] })
  }

  expect((await listOf(store, {}, 10)).map(({ twinOf }) => twinOf)).toEqual([null, null, null, null])
})

test('an event type of any length or alphabet is kept', async () => {
  const store = await openTestStore()
  const eventType = `${typePrefix}città.${'x'.repeat(5000)}`

  const { seq } = await store.capture(sampleCapture({ eventType }), { targets: [] })

  expect(store.notification(seq)?.eventType).toBe(eventType)
})

test('what a delivery takes is what came, and nothing that was removed or changed since', async () => {
  const store = await openTestStore()
  const capture = sampleCapture({ body: Buffer.from([0xff, 0x00]) })
  const first = await store.capture(capture, { targets: [] })
  const second = await store.capture(sampleCapture(), { targets: [] })
  expect(store.captured(first.seq)).toEqual({ notification: first, body: capture.body })

  await store.remove(first.seq)
  expect(store.captured(first.seq)).toBeNull()

  await store.answered(second.seq, { status: 500, body: null }, ['Late.'])
  expect(store.captured(second.seq)).toMatchObject({
    notification: { answer: { status: 500 }, problems: ['Late.'] },
  })

  await store.removeAll()
  expect(store.captured(second.seq)).toBeNull()
})
