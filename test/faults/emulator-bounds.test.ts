/** Whatever numbers the emulator is given, it refuses them in words or does what they say; it neither throws nor hangs. */

import { expect, onTestFinished, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { eventTypes } from '../../src/fic/event-types.ts'
import { callApi } from '../support/emulator-api.ts'
import { startSubscriber } from '../support/subscriber.ts'

const tenYearsMs = 10 * 365 * 24 * 60 * 60_000

test.each([-1, 1e308, Number.MAX_SAFE_INTEGER, tenYearsMs + 1])(
  'the clock is not moved by %d ms',
  async (advanceMs) => {
    await using emulator = await createEmulator()
    const before = emulator.clock.now().getTime()

    const { status, body } = await callApi(emulator.url, 'POST', '/_emulator/clock', { advanceMs })

    expect([status, body]).toMatchObject([422, { error: { code: 'FIC_DEV_E_BAD_REQUEST' } }])
    expect(emulator.clock.now().getTime() - before).toBeLessThan(60_000)
    await expect(emulator.clock.advance(advanceMs)).rejects.toMatchObject({ code: 'FIC_DEV_E_BAD_REQUEST' })
  },
)

test('ten years at a time, the clock moves up to the year 9998 and no further', async () => {
  await using emulator = await createEmulator({ now: () => new Date('9980-01-01T00:00:00Z') })

  await emulator.clock.advance(tenYearsMs)

  expect(emulator.clock.now().getUTCFullYear()).toBe(9989)
  await expect(emulator.clock.advance(tenYearsMs)).rejects.toMatchObject({
    message: `The clock cannot be moved by ${tenYearsMs} ms: that is too far.`,
  })
})

test.each([
  { manyIds: 100_001 },
  { manyIds: 1e15 },
  { slowMs: tenYearsMs + 1 },
  { lateWelcomeMs: 1e300 },
  { lost: 1e9 },
  { api: { delayMs: 2 ** 31 } },
])('the fault %j is refused with what is possible', async (changes) => {
  await using emulator = await createEmulator()

  const { status, body } = await callApi(emulator.url, 'POST', '/_emulator/faults', changes)

  expect([status, body]).toMatchObject([422, { error: { code: 'FIC_DEV_E_BAD_REQUEST' } }])
  expect(() => emulator.faults.set(changes)).toThrow(/cannot be/)
})

test('100,000 ids are sent; a trigger that would make more than a million is refused', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  emulator.faults.set({ manyIds: 100_000 })

  await emulator.trigger({ type: 'products.create' })
  await emulator.clock.advance(0)

  const body = JSON.parse(target.notifications().at(-1)?.body ?? '') as { data: { ids: unknown[] } }
  expect(body.data.ids).toHaveLength(100_000)
  await expect(emulator.trigger({ type: 'products.create', count: 11 })).rejects.toMatchObject({
    message: 'This trigger would create 1100000 ids; the maximum is 1000000.',
  })
})

test('thirty messages and thirty API requests at once print no warning of Node', async () => {
  const warnings: string[] = []
  const listen = (warning: Error) => void warnings.push(warning.name)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  await using emulator = await createEmulator()
  const targets = await Promise.all(Array.from({ length: 30 }, () => startSubscriber()))
  // An event type can be registered once only.
  const types = eventTypes.slice(0, targets.length).map(({ type }) => type)
  const sinks = targets.map(({ url }) => url)
  await Promise.all(
    sinks.map((sink, index) => emulator.subscribe({ sink, types: types.slice(index, index + 1) })),
  )

  for (const type of types) await emulator.trigger({ type })
  await Promise.all([
    emulator.clock.advance(0),
    ...Array.from({ length: 30 }, () => callApi(emulator.url, 'GET', '/user/companies')),
  ])
  // Node emits a warning in the next turn.
  await new Promise((resolve) => setImmediate(resolve))

  expect(warnings).toEqual([])
  for (const target of targets) await target[Symbol.asyncDispose]()
})
