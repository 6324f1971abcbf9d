/** Pauses after failures, and the wait that ends early. */

import { describe, expect, test } from 'vitest'
import { backoffMs, rest } from '../src/time.ts'

describe('the pause after failures in a row', () => {
  const pauses = { firstMs: 250, longestMs: 10_000 }

  test('doubles with each, up to the longest', () => {
    expect([0, 1, 2, 3, 6, 7, 8].map((failures) => backoffMs(failures, pauses))).toEqual([
      0, 250, 500, 1_000, 8_000, 10_000, 10_000,
    ])
  })

  test('is a number however many there were', () => {
    expect(backoffMs(5_000, pauses)).toBe(10_000)
    expect(backoffMs(5_000, { firstMs: 0, longestMs: 10 })).toBe(0)
  })
})

test('a rest ends as soon as it is aborted, and does not begin after that', async () => {
  const closing = new AbortController()
  const resting = rest(60_000, closing.signal)
  closing.abort()

  await expect(resting).resolves.toBeUndefined()
  await expect(rest(60_000, closing.signal)).resolves.toBeUndefined()
})
