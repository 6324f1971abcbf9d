/** When a delivery is tried again. */

import { expect, test } from 'vitest'
import { nextAttemptAt } from '../../src/delivery/retry.ts'

const since = new Date('2026-03-01T12:00:00Z')
const after = (ms: number) => new Date(since.getTime() + ms)
const dayMs = 24 * 60 * 60_000

test.for<[count: number, pauseSeconds: number]>([
  [1, 1],
  [2, 2],
  [3, 4],
  [4, 8],
  [9, 256],
  [10, 512],
  [11, 600],
  [12, 600],
  [1000, 600],
  [5000, 600],
])('after failure %d it waits %d s', ([count, pauseSeconds]) => {
  expect(nextAttemptAt({ count, since }, since, 0)).toEqual(after(pauseSeconds * 1000))
})

test('chance adds up to a fifth', () => {
  expect(nextAttemptAt({ count: 4, since }, since, 0.5)).toEqual(after(8800))
  expect(nextAttemptAt({ count: 4, since }, since, 1)).toEqual(after(9600))
})

test('nothing is given up before 24 hours', () => {
  expect(nextAttemptAt({ count: 150, since }, after(dayMs - 1), 0)).toEqual(after(dayMs - 1 + 600_000))
  expect(nextAttemptAt({ count: 150, since }, after(dayMs), 0)).toBeNull()
})
