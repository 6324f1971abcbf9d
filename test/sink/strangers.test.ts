/** A flood of unsigned requests: some are kept, the rest are put off; what is signed is not affected. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRateLimit } from '../../src/intake/rate-limit.ts'
import { oneId, openHouse, withHeader, type House } from '../support/house.ts'
import { ask, toRequest } from '../support/wire.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

test('60 at once, then one per second', () => {
  let nowMs = 0
  const limit = createRateLimit(60, 1, () => nowMs)
  const takeMany = (count: number) => Array.from({ length: count }, () => limit.take()).filter(Boolean).length

  expect(takeMany(100)).toBe(60)
  nowMs += 999
  expect(takeMany(10)).toBe(0)
  nowMs += 1
  expect(takeMany(10)).toBe(1)
  nowMs += 10_000
  expect(takeMany(100)).toBe(10)
  nowMs += 24 * 60 * 60 * 1000
  expect(takeMany(100)).toBe(60)
})

test('beyond the burst an unsigned one is answered 503 and only counted, a signed one is taken in', async () => {
  const unsigned = () => toRequest(`POST ${house.path}`, withHeader(house.headers(), 'Authorization'), oneId)
  let kept = 0
  // While they are sent, a few seconds can go by, each of which lets one more in.
  let refused = await ask(house.port, unsigned())
  while (refused.status === 200 && kept < 600) {
    kept++
    refused = await ask(house.port, unsigned())
  }

  expect(kept).toBeGreaterThanOrEqual(60)
  expect(refused).toMatchObject({ status: 503, body: '' })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(await house.counts()).toMatchObject({ captured: kept, rateLimited: 1, failed: 0 })

  const signed = await ask(house.port, toRequest(`POST ${house.path}`, house.headers(), oneId))
  expect(signed.status).toBe(200)
})
