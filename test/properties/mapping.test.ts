/** What is written in either mapping is read as it was meant, and nothing at all makes the reader throw. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toBinary, toStructured } from '../../src/fic/mapping.ts'
import { readNotification } from '../../src/fic/read-notification.ts'

const text = fc.string({ unit: 'binary', maxLength: 40 })
const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
const cloudEvent = fc.record({
  id: name,
  type: name,
  source: text,
  subject: text,
  time: text,
  specversion: fc.constantFrom('1.0', '0.3', '2'),
})
const ids = fc.array(fc.oneof(fc.nat(), fc.string({ minLength: 1 })), { maxLength: 5 })

/** As Node gives them: a header is a line of bytes. */
function toRequest(written: { headers: [string, string][]; body: string }) {
  return {
    method: 'POST',
    path: '/secret',
    rawHeaders: written.headers.flat(),
    body: Buffer.from(written.body),
  }
}

test.each([
  ['binary', toBinary],
  ['structured', toStructured],
] as const)('%s: attributes and ids come back as they were, whatever is in them', (mapping, write) => {
  fc.assert(
    fc.property(fc.record({ cloudEvent, ids }), (content) => {
      const read = readNotification(toRequest(write(content)))
      expect([read.mapping, read.cloudEvent, read.ids]).toEqual([mapping, content.cloudEvent, content.ids])
    }),
    { numRuns: 2_000 },
  )
})

test('binary: every header can be sent, and is ASCII', () => {
  fc.assert(
    fc.property(fc.record({ cloudEvent, ids }), (content) => {
      for (const [, value] of toBinary(content).headers) expect(value).toMatch(/^[\x20-\x7e]*$/)
    }),
  )
})

test('no headers and no body make the reader throw, and what it gives can be written as JSON', () => {
  const header = fc.oneof(
    fc.constantFrom(
      'ce-id',
      'ce-type',
      'Ce-Subject',
      'content-type',
      'authorization',
      'X-Fic-Verification-Challenge',
    ),
    fc.string({ maxLength: 10 }),
  )
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      'application/json',
      'application/cloudevents+json',
      'Bearer a.b.c',
      '%',
      '%ff',
      '"\\',
      '__proto__',
    ),
  )
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((json) => Buffer.from(json)),
    fc
      .record({
        specversion: fc.jsonValue(),
        id: fc.jsonValue(),
        data: fc.jsonValue(),
        __proto__: fc.jsonValue(),
      })
      .map((event) => Buffer.from(JSON.stringify(event))),
  )
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', ''),
    path: fc.oneof(fc.string({ unit: 'binary' }), fc.webPath()),
    rawHeaders: fc.array(fc.tuple(header, value), { maxLength: 8 }).map((pairs) => pairs.flat()),
    body,
  })
  fc.assert(
    fc.property(request, (one) => {
      const read = readNotification(one)
      expect(JSON.parse(JSON.stringify(read))).toEqual(read)
    }),
    { numRuns: 3_000 },
  )
})
