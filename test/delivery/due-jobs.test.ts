/** What is due at a target, over a real store: nothing is overlooked, in order, and the store is asked seldom. */

import { expect, test } from 'vitest'
import { DueJobs } from '../../src/delivery/due-jobs.ts'
import { openTestStore, sampleCapture, sampleDelivery } from '../support/capture.ts'

const target = 'http://127.0.0.1:3000/webhooks'
const startedAt = new Date('2026-03-01T12:10:00Z')

async function openDue() {
  const store = await openTestStore()
  const busy = new Set<number>()
  const drainedAt: Date[] = []
  const state = { now: startedAt, looks: 0 }
  const due = new DueJobs({
    jobs: {
      due(...asked) {
        state.looks++
        return store.jobs.due(...asked)
      },
    },
    target,
    now: () => state.now,
    onDrained: (readAt) => drainedAt.push(readAt),
  })
  return {
    due,
    store,
    state,
    drainedAt,
    async capture(count: number) {
      for (let captured = 0; captured < count; captured++) {
        await store.capture({ ...sampleCapture(), receivedAt: startedAt }, { targets: [target] })
      }
    },
    /** As a queue does: it is busy until its end is written down. Gives the number of the notification. */
    take() {
      const job = due.next(busy)
      if (job !== null) busy.add(job.id)
      return job?.seq ?? null
    },
    /** It failed and waits; the queue would say so with `changed`. */
    async fail(seq: number, nextAt: Date) {
      const job = store.jobs.due(target, startedAt, 1_000).find((one) => one.seq === seq)
      if (!job) throw new Error('There is no job.')
      await store.endDelivery(sampleDelivery({ seq, verdict: 'retried' }), {
        job,
        outcome: { job: 'retry', nextAt },
      })
      busy.delete(job.id)
    },
  }
}

function later(ms: number): Date {
  return new Date(startedAt.getTime() + ms)
}

test('few cost one look, and none is made before something was added', async () => {
  const { capture, take, due, state, drainedAt } = await openDue()
  await capture(3)
  expect([take(), take(), take(), take(), take()]).toEqual([1, 2, 3, null, null])
  expect(state.looks).toBe(1)
  expect(drainedAt).toEqual([startedAt])

  await capture(1)
  expect(take()).toBeNull()
  due.added()
  expect([take(), take()]).toEqual([4, null])
})

test('more than one look gives come each once, in order of capture', async () => {
  const { capture, take, state } = await openDue()
  await capture(150)
  const taken = Array.from({ length: 151 }, take)

  expect(taken).toEqual([...Array.from({ length: 150 }, (_, index) => index + 1), null])
  expect(state.looks).toBe(3)
})

test('before a slow target, one whose next try has come due does not wait for all that were found', async () => {
  const { capture, take, fail, state } = await openDue()
  await capture(100)
  expect(take()).toBe(1)
  await fail(1, later(500))
  expect(take()).toBe(2)
  state.now = later(1_500)

  expect([take(), take()]).toEqual([1, 3])
})

test('what changed is looked at anew', async () => {
  const { capture, take, fail, due, store } = await openDue()
  await capture(3)
  expect([take(), take()]).toEqual([1, 2])
  await fail(1, later(60_000))
  await store.wakeJobs(target, startedAt)
  due.changed()

  expect([take(), take(), take()]).toEqual([1, 3, null])
})
