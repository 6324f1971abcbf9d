/** Export and import: what was stored comes back as it was, and no line makes the import fail otherwise than in words. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ExportedNotification } from '../../src/contract/api.ts'
import { FicDevError } from '../../src/errors.ts'
import { readExported } from '../../src/inspector/exported.ts'
import type { Capture } from '../../src/store/notifications.ts'
import type { Store } from '../../src/store/store.ts'
import { openTestStore, sampleCapture, sampleDelivery } from '../support/capture.ts'

const text = fc.string({ unit: 'binary', maxLength: 30 })
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const capture: fc.Arbitrary<Partial<Capture>> = fc.record({
  kind: fc.constantFrom('verification', 'welcome', 'event', 'unknown'),
  receivedAt: fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
  method: fc.constantFrom('GET', 'POST'),
  path: text,
  headers: fc.array(fc.tuple(text, text), { maxLength: 5 }),
  body: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  mapping: fc.constantFrom('binary', 'structured', null),
  eventType: nullable(text),
  company: nullable(fc.maxSafeNat()),
  ids: fc.array(fc.oneof(fc.nat(), text), { maxLength: 4 }),
  cloudEvent: nullable(
    fc.record({ id: text, type: text, source: text, subject: text, time: text, specversion: text }),
  ),
  problems: fc.array(text, { maxLength: 2 }),
})

/** A line as `GET /api/export` writes it. */
function toLine(store: Store, seq: number): string {
  const found = store.notification(seq)
  if (found === null) throw new Error(`notification ${seq} is not there`)
  const { body: _text, ...notification } = found
  const bodyBase64 = store.body(seq)?.toString('base64') ?? ''
  return JSON.stringify({ version: 1, notification, bodyBase64 } satisfies ExportedNotification)
}

test('what is stored is read back, exported and imported without a change', async () => {
  const [from, to] = [await openTestStore(), await openTestStore()]
  // One import for all: of equal notifications, a second import would skip those of the first.
  const importing = to.beginImport()
  await fc.assert(
    fc.asyncProperty(capture, async (overrides) => {
      const stored = await from.capture(sampleCapture(overrides), { targets: [] })
      expect(from.notification(stored.seq)).toEqual(stored)

      const line = toLine(from, stored.seq)
      const [restored] = await importing.add([readExported(line, 1)])

      const { seq: _seq, twinOf: _twin, problems: _problems, ...same } = stored
      expect(restored).toMatchObject(same)
      const again = JSON.parse(toLine(to, restored?.seq ?? 0))
      expect(again.bodyBase64).toBe(JSON.parse(line).bodyBase64)
    }),
    { numRuns: 500 },
  )
})

/** What becomes of a line: it is taken in, or refused in words. */
async function take(store: Store, line: string): Promise<'taken' | 'words'> {
  let read: ReturnType<typeof readExported>
  try {
    read = readExported(line, 7)
  } catch (thrown) {
    const isInWords = thrown instanceof FicDevError && thrown.code === 'FIC_DEV_E_IMPORT_INVALID'
    if (isInWords && thrown.message.startsWith('Line 7 ')) return 'words'
    throw thrown
  }
  const [restored] = await store.beginImport().add([read])
  JSON.stringify(store.notification(restored?.seq ?? 0))
  return 'taken'
}

test('any text at all is taken in or refused in words', async () => {
  const store = await openTestStore()
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), async (line) => {
      expect(await take(store, line)).toBe('words')
    }),
    { numRuns: 1_000 },
  )
})

test('an exported line with one member changed is taken in or refused in words', async () => {
  const [from, store] = [await openTestStore(), await openTestStore()]
  const { seq } = await from.capture(sampleCapture(), { targets: [] })
  const delivery = sampleDelivery()
  const line = JSON.parse(toLine(from, seq))
  line.notification.deliveries = [delivery]
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      '2026-02-30T00:00:00Z',
      '2016-12-31T23:59:60Z',
      '0000-00-00T00:00:00Z',
      '+275760-09-13T00:00:00Z',
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt().map(Number),
  )
  const places = fc.oneof(
    fc.constantFrom(...Object.keys(line.notification)).map((name) => ({ in: 'notification', name })),
    fc.constantFrom(...Object.keys(delivery)).map((name) => ({ in: 'delivery', name })),
  )
  await fc.assert(
    fc.asyncProperty(places, value, async (place, put) => {
      const changed = structuredClone(line)
      const holder = place.in === 'delivery' ? changed.notification.deliveries[0] : changed.notification
      holder[place.name] = put
      expect(['taken', 'words']).toContain(await take(store, JSON.stringify(changed)))
    }),
    { numRuns: 2_000 },
  )
})
