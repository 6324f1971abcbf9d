import { expect, test } from 'vitest'

import { readNotification, type RawRequest } from '../../src/fic/read-notification.ts'
import { binaryHeaders, structuredBody } from './requests.ts'

/** Random numbers from 0 to 1 that are the same in every run (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const random = seededRandom(4620)
const below = (limit: number) => Math.floor(random() * limit)
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
const bytes = (length: number) => Buffer.from(Array.from({ length }, () => below(256)))

const names = [
  ...Object.keys(binaryHeaders),
  'authorization',
  'x-fic-verification-challenge',
  'ce-',
  '',
  'CE-Id',
]
const values = [
  ...Object.values(binaryHeaders),
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'Bearer a.b.c',
  '%',
  '%ff',
  '"',
  '',
]
const members = [null, true, 0, -1.5, 'text', '', [], {}, [[]], { ids: [1, null] }, { ids: {} }]

function randomValue(): string {
  return random() < 0.7 ? pick(values) : bytes(below(40)).toString('latin1')
}

/** A true structured body, a damaged one, or noise. */
function randomBody(): Buffer {
  if (random() < 0.2) return bytes(below(200))
  const entries = Object.entries(structuredBody).map(([name, value]) => [
    name,
    random() < 0.2 ? pick(members) : value,
  ])
  const whole = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  if (random() < 0.3) whole[below(whole.length)] = below(256)
  return random() < 0.2 ? whole.subarray(0, below(whole.length)) : whole
}

test('no request at all makes the reader throw', () => {
  for (let round = 0; round < 20_000; round += 1) {
    const request = {
      method: pick(['GET', 'POST', 'POST', 'POST', 'PUT', '']),
      path: pick(['/s', '/s?', '/s?x-fic-verification-challenge=%', '?', '', bytes(20).toString('latin1')]),
      rawHeaders: Array.from({ length: below(9) }, () => [pick(names), randomValue()]).flat(),
      body: randomBody(),
    }
    expect(readOrThrown(request)).toHaveProperty('kind')
  }
})

/** What was read; where the reader threw, what it threw and the request that made it. */
function readOrThrown(request: RawRequest): object {
  try {
    return readNotification(request)
  } catch (thrown) {
    return { thrown, request }
  }
}
