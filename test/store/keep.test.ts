/** What is dropped when there is too much, and what is never dropped. */

import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { listOf, openTestStore, sampleCapture, sampleDelivery, type TestStore } from '../support/capture.ts'

const target = 'http://127.0.0.1:3000/webhooks'
const unverified = { signature: { outcome: 'invalid' as const, claims: [], problems: [] } }

/** Captures come in one turn; what is dropped after them goes step by step, each with a later commit. */
async function captureMany(store: TestStore, count: number, overrides = {}, targets: string[] = []) {
  await Promise.all(Array.from({ length: count }, () => store.capture(sampleCapture(overrides), { targets })))
  await store.pruned()
}

test('the newest are kept, as many as wanted', async () => {
  const store = await openTestStore({ keep: 20 })

  await captureMany(store, 100)
  await store.pruned()

  expect((await listOf(store, {}, 1000)).map(({ seq }) => seq)).toEqual(
    Array.from({ length: 20 }, (_, index) => 100 - index),
  )
})

test('one that waits for a delivery is never dropped', async () => {
  const store = await openTestStore({ keep: 20 })
  await captureMany(store, 3, {}, [target])

  await captureMany(store, 97)
  await store.pruned()

  const seqs = (await listOf(store, {}, 1000)).map(({ seq }) => seq)
  expect(seqs.slice(-3)).toEqual([3, 2, 1])
  expect(store.jobs.count()).toBe(3)
})

test('of those that are not genuine 500 are kept, however many may be, and genuine ones are not touched', async () => {
  const store = await openTestStore({ keep: 10_000 })
  await captureMany(store, 100)

  await captureMany(store, 900, unverified)
  await store.pruned()

  expect(await listOf(store, { signature: 'invalid' }, 2000)).toHaveLength(500)
  expect(await listOf(store, { signature: 'valid' }, 2000)).toHaveLength(100)
  expect(await listOf(store, {}, 1)).toMatchObject([{ seq: 1000 }])
})

test('deliveries go with their notification', async () => {
  const store = await openTestStore()
  const { seq } = await store.capture(sampleCapture(), { targets: [target] })
  const [job] = store.jobs.due(target, new Date(), 1)
  expect(job).toMatchObject({ seq, attempts: 0, target })

  await store.removeAll()

  expect(store.counts()).toEqual({ notifications: 0, deliveries: 0, waiting: 0 })
})

test('what is older than wanted is dropped when the store opens, but none that waits for a delivery', async () => {
  const day = 24 * 60 * 60_000
  const received = new Date('2026-03-01T12:00:00.000Z')
  const ago = (days: number) => ({ receivedAt: new Date(received.getTime() - days * day) })
  const store = await openTestStore()
  await captureMany(store, 2, ago(31))
  await captureMany(store, 1, ago(31), [target])
  await captureMany(store, 2, ago(29))
  store.close()

  const again = await openTestStore({ dataDir: store.dataDir, keepDays: 30, now: () => received })
  await again.pruned()

  expect((await listOf(again, {}, 10)).map(({ seq }) => seq)).toEqual([5, 4, 3])
  expect(again.jobs.count()).toBe(1)
})

test.each([
  ['years ahead', '2036-03-01T12:00:00.000Z'],
  ['years behind', '2016-03-01T12:00:00.000Z'],
])(
  'a clock that is %s drops nothing for its age, and the next right one drops what is old',
  async (_how, at) => {
    const received = new Date('2026-03-01T12:00:00.000Z')
    const day = 24 * 60 * 60_000
    const ahead = { claim: 'iat', value: 0, expected: null, verdict: 'ahead', says: '' } as const
    const store = await openTestStore()
    await captureMany(store, 2, { receivedAt: new Date(received.getTime() - 31 * day) })
    await captureMany(store, 2, { receivedAt: received })
    store.close()

    const wrong = await openTestStore({ dataDir: store.dataDir, keepDays: 60, now: () => new Date(at) })
    const isBehind = new Date(at) < received
    const signature = isBehind
      ? { outcome: 'valid' as const, claims: [ahead], problems: [] }
      : unverified.signature
    await captureMany(wrong, 1, { receivedAt: new Date(at), signature })
    await wrong.pruned()
    expect(wrong.counts().notifications).toBe(5)
    wrong.close()

    const right = await openTestStore({ dataDir: store.dataDir, keepDays: 30, now: () => received })
    await right.pruned()
    expect((await listOf(right, {}, 10)).map(({ seq }) => seq)).toEqual([5, 4, 3])
  },
)

test('a store that is opened to keep less drops the rest at once, but none that is being delivered', async () => {
  const store = await openTestStore()
  await captureMany(store, 30)
  store.close()

  const again = await openTestStore({ dataDir: store.dataDir, keep: 10 })
  await again.beginDelivery(sampleDelivery({ id: again.nextDeliveryId(), seq: 25, verdict: 'pending' }))
  expect(again.counts().notifications).toBe(10)
  await captureMany(again, 60)

  expect((await listOf(again, {}, 100)).map(({ seq }) => seq)).toContain(25)
  expect(again.counts().notifications).toBeLessThan(61)
})

test('a store that closes in the middle of dropping says nothing of it, and drops the rest when it opens', async () => {
  const warnings: string[] = []
  const log = { ...silentLog(), warn: (_facts: object, phrase: string) => void warnings.push(phrase) }
  const before = await openTestStore()
  await captureMany(before, 300)
  before.close()
  const store = await openTestStore({ dataDir: before.dataDir, keep: 20, log })
  await store.remove(0)
  expect(store.counts().notifications).toBeGreaterThan(20)
  store.close()
  await new Promise((resolve) => setImmediate(resolve))
  expect(warnings).toEqual([])

  const again = await openTestStore({ dataDir: store.dataDir, keep: 20 })
  await again.pruned()
  expect(again.counts().notifications).toBe(20)
})

/** Exported elsewhere, before anything here was captured. */
const exportedBefore = (count: number) =>
  Array.from({ length: count }, () => ({
    capture: sampleCapture({ receivedAt: new Date('2020-01-01T00:00:00Z') }),
    deliveries: [],
  }))

test('an import fills what is left and drops nothing; later captures take the place of imported ones first', async () => {
  const store = await openTestStore({ keep: 100 })
  await captureMany(store, 60)

  const importing = store.beginImport()
  const added = await importing.add(exportedBefore(300))
  await store.pruned()

  expect(added.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => 61 + index))
  expect(await importing.end()).toEqual({
    imported: 40,
    skipped: 0,
    leftOut: 260,
    reason: expect.stringContaining('260 exceed the 100 that are kept'),
  })
  expect(store.counts().notifications).toBe(100)

  await captureMany(store, 50)
  const seqs = (await listOf(store, {}, 200)).map(({ seq }) => seq)
  expect(seqs).toHaveLength(100)
  // The ten oldest of those captured here go only after all forty that were imported.
  expect(seqs.toReversed().slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, index) => 11 + index))
  expect(seqs.filter((seq) => seq > 60 && seq <= 100)).toEqual([])
})

test('imported notifications that are not genuine evict none that was captured here', async () => {
  const store = await openTestStore()
  await captureMany(store, 500, unverified)

  await store.beginImport().add(
    exportedBefore(300).map(({ capture, deliveries }) => ({
      capture: { ...capture, ...unverified },
      deliveries,
    })),
  )
  await captureMany(store, 1, unverified)
  await store.remove(0)

  const seqs = (await listOf(store, { signature: 'invalid' }, 2000)).map(({ seq }) => seq)
  expect(seqs.filter((seq) => seq <= 500).length).toBeGreaterThanOrEqual(499)
})

test('a trial counts as the import does, over all its parts, and writes nothing', async () => {
  const store = await openTestStore({ keep: 100, keepDays: 30, now: () => new Date('2020-01-02T00:00:00Z') })
  const old = sampleCapture({ receivedAt: new Date('2019-01-01T00:00:00Z') })
  const known = sampleCapture({ receivedAt: new Date('2020-01-01T00:00:00Z') })
  await store.capture(known, { targets: [] })
  const parts = [
    [...exportedBefore(60), { capture: old, deliveries: [] }],
    [...exportedBefore(60), { capture: known, deliveries: [] }],
  ]

  const answers = []
  for (const isTrial of [true, false]) {
    const importing = store.beginImport({ isTrial })
    for (const part of parts) await importing.add(part)
    answers.push([await importing.end(), store.counts().notifications])
  }

  const answer = { imported: 99, skipped: 1, leftOut: 22, reason: expect.stringMatching(/21 .* 1 .*30 days/) }
  expect(answers).toEqual([
    [answer, 1],
    [answer, 100],
  ])
})
