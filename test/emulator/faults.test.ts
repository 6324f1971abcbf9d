/** The faults that the emulator makes on demand. */

import { createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { callApi } from '../support/emulator-api.ts'
import { startSubscriber, type Received } from '../support/subscriber.ts'

const idOf = ({ headers }: Received): unknown => headers['ce-id']

async function triggerBoth(emulator: Emulator): Promise<string[]> {
  const { notificationIds } = await emulator.trigger({ type: 'products.create', count: 2 })
  await emulator.clock.advance(10_000)
  return notificationIds
}

test('twins: the same id twice, with the same body', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await emulator.clock.advance(0)
  emulator.faults.set({ twins: true })
  const [first, second] = await triggerBoth(emulator)
  expect(target.notifications().slice(1).map(idOf)).toEqual([first, first, second, second])
})

test('wrong order: of two events the second comes first', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await emulator.clock.advance(0)
  emulator.faults.set({ wrongOrder: true })
  const [first, second] = await triggerBoth(emulator)
  expect(target.notifications().slice(1).map(idOf)).toEqual([second, first])
})

test('late welcome: an event overtakes it', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  emulator.faults.set({ lateWelcomeMs: 5000 })
  await emulator.subscribe({ sink: target.url, types: ['products.create'] })
  await triggerBoth(emulator)
  const types = target.notifications().map(({ headers }) => String(headers['ce-type']).split('.').at(-1))
  expect(types).toEqual(['create', 'create', 'welcome'])
})

test('many ids, as an import makes them', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  emulator.faults.set({ manyIds: 500 })
  await emulator.subscribe({ sink: target.url })
  await triggerBoth(emulator)
  const { data } = JSON.parse(target.notifications().at(-1)!.body) as { data: { ids: number[] } }
  expect(new Set(data.ids).size).toBe(500)
})

test('slow: nothing leaves before its time', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await emulator.clock.advance(0)
  emulator.faults.set({ slowMs: 60_000 })
  await emulator.trigger({ type: 'products.create' })
  await emulator.clock.advance(30_000)
  expect(target.notifications()).toHaveLength(1)
  await emulator.clock.advance(30_000)
  expect(target.notifications()).toHaveLength(2)
})

test('a changed key: the published one no longer fits', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await emulator.clock.advance(0)
  emulator.faults.set({ changedKey: true })
  await emulator.trigger({ type: 'products.create' })
  await emulator.clock.advance(0)
  const fits = target.notifications().map(({ headers }) => {
    const [head, claims, signature] = (headers.authorization ?? '').replace('Bearer ', '').split('.')
    const key = { key: createPublicKey(emulator.publicKey), dsaEncoding: 'ieee-p1363' as const }
    return verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature ?? '', 'base64url'))
  })
  expect(fits).toEqual([true, false])
})

test('lost: the next message never leaves, the one after it does', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await emulator.clock.advance(0)
  emulator.faults.set({ lost: 1 })
  const [, second] = await triggerBoth(emulator)
  expect(target.notifications().slice(1).map(idOf)).toEqual([second])
  expect(emulator.deliveries().map(({ outcome }) => outcome)).toEqual([
    'verified',
    'delivered',
    'lost',
    'delivered',
  ])
})

test('the API answers what it is told to, as often as it is told to', async () => {
  await using emulator = await createEmulator()
  const list = () => fetch(`${emulator.url}/c/17/subscriptions`, { headers: { authorization: 'Bearer any' } })
  emulator.faults.set({ api: { status: 503, body: '<h1>Maintenance</h1>', times: 1 } })
  const page = await list()
  expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([
    503,
    'text/html',
    '<h1>Maintenance</h1>',
  ])
  expect((await list()).status).toBe(200)

  emulator.faults.set({ api: { status: 429, headers: { 'retry-after': '7' } } })
  const throttled = await list()
  expect([throttled.status, throttled.headers.get('retry-after'), await throttled.json()]).toEqual([
    429,
    '7',
    { error: { message: 'A fault of the emulator.' } },
  ])

  emulator.faults.set({ api: { status: 0 } })
  await expect(list()).rejects.toThrow('fetch failed')
  emulator.faults.reset()
  expect((await list()).status).toBe(200)
})

test('faults are set over HTTP; a fault that does not exist, or cannot be so, is refused', async () => {
  await using emulator = await createEmulator()
  const set = (changes: unknown) => callApi(emulator.url, 'POST', '/_emulator/faults', changes)
  expect((await set({ twins: true })).body).toMatchObject({ twins: true, wrongOrder: false })
  expect((await set({ twinz: true })).body.error?.message).toBe('There is no fault "twinz".')
  expect((await set({ slowMs: -1 })).body.error?.message).toBe('The fault slowMs cannot be -1.')
  expect((await set({ api: { status: 99 } })).status).toBe(422)
  expect(emulator.faults.get()).toMatchObject({ twins: true, api: null })
})
