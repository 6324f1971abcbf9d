/** What drops, removes or moves thousands does so in steps, between which notifications are captured. */

import { expect, test } from 'vitest'
import { during } from '../support/during.ts'
import { openTestStore, sampleCapture, type TestStore } from '../support/capture.ts'

const many = 3_000
const old = 'http://127.0.0.1:3000/old'
const target = 'http://127.0.0.1:3000/new'

async function openFilled(targets: string[] = []): Promise<TestStore> {
  const store = await openTestStore()
  const captures = Array.from({ length: many }, () => store.capture(sampleCapture(), { targets }))
  await Promise.all(captures)
  return store
}

/** Captures one after the other until the work is over; returns what there was after each. */
async function captureDuring(work: Promise<unknown>, store: TestStore): Promise<number[]> {
  const counts: number[] = []
  await during(work, async () => {
    await store.capture(sampleCapture(), { targets: [] })
    counts.push(store.counts().notifications)
  })
  return counts
}

/** The largest part of the work that went by between two captures. */
function largestStep(counts: readonly number[], start = many): number {
  return Math.max(...counts.map((count, index) => (counts[index - 1] ?? start) - count))
}

test('a store that is opened to keep far less drops the rest a few at a time, and no more than exceed', async () => {
  const filled = await openFilled()
  filled.close()
  const store = await openTestStore({ dataDir: filled.dataDir, keep: 100 })

  const counts = await captureDuring(store.pruned(), store)

  expect(counts.length).toBeGreaterThan(5)
  expect(largestStep(counts)).toBeLessThan(many / 4)
  expect(store.counts().notifications).toBeGreaterThanOrEqual(100)
  expect(store.lastSeq()).toBe(many + counts.length)
})

test('those that wait for a delivery stay, and the walk past them is made in steps', async () => {
  const filled = await openFilled([target])
  filled.close()
  const store = await openTestStore({ dataDir: filled.dataDir, keep: 100 })

  await captureDuring(store.pruned(), store)

  expect(store.jobs.count()).toBe(many)
  expect(store.notification(1)).not.toBeNull()
})

test('clearing removes what was there, a few at a time, and nothing that came meanwhile', async () => {
  const store = await openFilled([target])

  const clearing = store.removeAll()
  const counts = await captureDuring(clearing, store)

  expect(await clearing).toBe(many)
  expect(counts.length).toBeGreaterThan(5)
  expect(largestStep(counts)).toBeLessThan(many / 4)
  expect(store.counts()).toEqual({ notifications: counts.length, deliveries: 0, waiting: 0 })
})

test('deliveries that wait move to another target a few at a time, in order, and those without one end', async () => {
  const store = await openFilled([old])
  await store.capture(sampleCapture({ eventType: 'other' }), { targets: [old] })
  const ids = store.jobs.due(old, new Date(), many + 1).map(({ id }) => id)

  const waiting: number[] = []
  const moving = store.moveJobs(old, (eventType) => (eventType === 'other' ? null : target))
  await during(moving, async () => {
    await store.capture(sampleCapture(), { targets: [] })
    waiting.push(store.jobs.count(old))
  })

  expect(await moving).toBe(many + 1)
  expect(waiting.length).toBeGreaterThan(2)
  expect(largestStep(waiting, many + 1)).toBeLessThan(many)
  expect(store.jobs.count(old)).toBe(0)
  expect(store.jobs.due(target, new Date(), many + 1).map(({ id }) => id)).toEqual(ids.slice(0, -1))
})
