/** A night of failed attempts keeps the first answer and the last, not all of them. */

import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Delivery } from '../../src/contract/notification.ts'
import { databasePathOf } from '../../src/store/database.ts'
import { openTestStore, sampleCapture, sampleDelivery, type TestStore } from '../support/capture.ts'

const attempts = 150

async function failAll(store: TestStore, answer: (attempt: number) => string): Promise<Delivery[]> {
  const { seq } = await store.capture(sampleCapture(), { targets: [] })
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const failed = { seq, attempt, status: 500, verdict: 'retried', responseBody: answer(attempt) } as const
    await store.endDelivery(sampleDelivery({ ...failed, id: store.nextDeliveryId() }))
  }
  return store.notification(seq)?.deliveries ?? []
}

test('of different answers, the first and the last are kept, and of the others status and time', async () => {
  const store = await openTestStore()
  const deliveries = await failAll(store, (attempt) => `${attempt}`.padEnd(64 * 1024, 'x'))

  const bodies = deliveries.map(({ responseBody }) => responseBody?.slice(0, 4) ?? null)
  expect(bodies).toEqual(['1xxx', ...Array.from({ length: attempts - 2 }, () => null), '150x'])
  expect(deliveries.map(({ status }) => status)).toEqual(Array.from({ length: attempts }, () => 500))
  expect(deliveries.filter(({ answerDropped }) => answerDropped)).toHaveLength(attempts - 2)
  expect(deliveries[1]).toMatchObject({ responseHeaders: [], answerDropped: true })
  expect(deliveries.at(-1)).toMatchObject({ responseHeaders: [['Content-Length', '2']] })
  store.close()
  expect(statSync(databasePathOf(store.dataDir)).size).toBeLessThan(1024 * 1024)
})

test('an answer that is the same each time is kept once, and shown with each attempt', async () => {
  const store = await openTestStore()
  const answer = 'the same'.padEnd(64 * 1024, 'x')
  const deliveries = await failAll(store, () => answer)

  expect(new Set(deliveries.map(({ responseBody }) => responseBody))).toEqual(new Set([answer]))
  expect(deliveries.some(({ answerDropped }) => answerDropped)).toBe(false)
  store.close()
  expect(statSync(databasePathOf(store.dataDir)).size).toBeLessThan(512 * 1024)
})

test('each replay keeps its own answer', async () => {
  const store = await openTestStore()
  const { seq } = await store.capture(sampleCapture(), { targets: [] })
  for (const responseBody of ['one', 'two', 'three']) {
    const replay = { seq, replay: true, attempt: 1, responseBody, id: store.nextDeliveryId() }
    await store.endDelivery(sampleDelivery(replay))
  }
  expect(store.notification(seq)?.deliveries.map(({ responseBody }) => responseBody)).toEqual([
    'one',
    'two',
    'three',
  ])
})
