/** What drops, removes or moves thousands does so in steps, between which notifications are captured. */

import { expect, test } from 'vitest'
import { during } from '../support/during.ts'
import { openTestStore, sampleCapture, sampleDelivery, type TestStore } from '../support/capture.ts'

const many = 3_000
const old = 'http://127.0.0.1:3000/old'
const target = 'http://127.0.0.1:3000/new'

async function openFilled(targets: string[] = []): Promise<TestStore> {
  const store = await openTestStore()
  const captures = Array.from({ length: many }, () => store.capture(sampleCapture(), { targets }))
  await Promise.all(captures)
  return store
}

/** Runs the work, captures meanwhile, and returns what there was in each turn of the event loop. */
async function watchTurns(work: Promise<unknown>, store: TestStore, look: () => number): Promise<number[]> {
  const counts = [look()]
  const watch = () => {
    counts.push(look())
    turn = setImmediate(watch)
  }
  let turn = setImmediate(watch)
  await during(work, async () => void (await store.capture(sampleCapture(), { targets: [] })))
  clearImmediate(turn)
  return counts
}

/** How many went at once; others can have their turn in between. */
function stepsOf(counts: readonly number[]): number[] {
  return counts.map((count, index) => (counts[index - 1] ?? count) - count).filter((step) => step > 0)
}

/** No statement is about more. */
const largestStep = 1_000

test('a store that is opened to keep far less drops the rest a few at a time, and no more than exceed', async () => {
  const filled = await openFilled()
  filled.close()
  const store = await openTestStore({ dataDir: filled.dataDir, keep: 100 })

  const steps = stepsOf(await watchTurns(store.pruned(), store, () => store.counts().notifications))

  expect(steps.length).toBeGreaterThan(3)
  expect(Math.max(...steps)).toBeLessThanOrEqual(largestStep)
  expect(store.counts().notifications).toBeGreaterThanOrEqual(100)
  expect(store.lastSeq()).toBeGreaterThan(many)
})

test('those that wait for a delivery stay, and the walk past them is made in steps', async () => {
  const filled = await openFilled([target])
  filled.close()
  const store = await openTestStore({ dataDir: filled.dataDir, keep: 100 })

  await store.pruned()

  expect(store.jobs.count()).toBe(many)
  expect(store.notification(1)).not.toBeNull()
})

test('clearing removes what was there, a few at a time, and nothing that came meanwhile', async () => {
  const store = await openFilled([target])

  const clearing = store.removeAll()
  const steps = stepsOf(await watchTurns(clearing, store, () => store.counts().notifications))

  expect(await clearing).toBe(many)
  expect(steps.length).toBeGreaterThan(3)
  expect(Math.max(...steps)).toBeLessThanOrEqual(largestStep)
  const meanwhile = store.lastSeq() - many
  expect(meanwhile).toBeGreaterThan(0)
  expect(store.counts()).toEqual({ notifications: meanwhile, deliveries: 0, waiting: 0 })
})

test('deliveries that wait move to another target a few at a time, in order, and those without one end', async () => {
  const store = await openFilled([old])
  await store.capture(sampleCapture({ eventType: 'other' }), { targets: [old] })
  const ids = store.jobs.due(old, new Date(), many + 1).map(({ id }) => id)

  const moving = store.moveJobs(old, (eventType) => (eventType === 'other' ? null : target))
  const steps = stepsOf(await watchTurns(moving, store, () => store.jobs.count(old)))

  expect(await moving).toEqual({ moved: many, ended: 1 })
  expect(steps.length).toBeGreaterThan(3)
  expect(Math.max(...steps)).toBeLessThanOrEqual(largestStep)
  expect(store.jobs.count(old)).toBe(0)
  expect(store.jobs.due(target, new Date(), many + 1).map(({ id }) => id)).toEqual(ids.slice(0, -1))
})

test('what takes more of the disk than it may is dropped, the oldest first, but none that waits for a delivery', async () => {
  const store = await openTestStore()
  const body = Buffer.alloc(64 * 1024, 'x')
  for (let count = 0; count < 100; count++) {
    await store.capture(sampleCapture({ body }), { targets: count < 5 ? [target] : [] })
  }
  store.close()

  // 8 KiB for each of `keep` are less than that.
  const bounded = await openTestStore({ dataDir: store.dataDir, keep: 100, leastBytes: 2 * 1024 * 1024 })
  await bounded.pruned()

  const kept = bounded.seqsAfter(0, 1_000)
  expect(kept.slice(0, 5)).toEqual([1, 2, 3, 4, 5])
  expect(kept.at(-1)).toBe(100)
  expect(kept.length).toBeGreaterThan(15)
  expect(kept.length).toBeLessThan(35)
  expect(kept.slice(5)).toEqual(
    Array.from({ length: kept.length - 5 }, (_, index) => 106 - kept.length + index),
  )
})

test('among thousands that wait for their next attempt, those that are due are found without a walk', async () => {
  const store = await openFilled([target])
  const now = new Date()
  const nextAt = new Date(now.getTime() + 60_000)
  const failing = store.jobs.due(target, now, many).map((job) => {
    const delivery = sampleDelivery({ id: store.nextDeliveryId(), seq: job.seq, target, verdict: 'retried' })
    return store.endDelivery(delivery, { job, outcome: { job: 'retry', nextAt } })
  })
  await Promise.all(failing)
  const { seq } = await store.capture(sampleCapture(), { targets: [target] })

  expect(store.jobs.due(target, now, 10).map((job) => job.seq)).toEqual([seq])
  await store.wakeJobs(target, now)
  expect(store.jobs.due(target, now, 3).map((job) => job.seq)).toEqual([1, 2, 3])
})
