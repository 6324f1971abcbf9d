/** Triggering events, by the library and by `/_emulator/trigger`. */

import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { callApi } from '../support/emulator-api.ts'
import { answerWith, startSubscriber } from '../support/subscriber.ts'

const prefix = 'it.fattureincloud.webhooks.'

test('a group type sends one event for each member that is held', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({
    sink: target.url,
    types: ['issued_documents.invoices.create', 'issued_documents.quotes.create', 'taxes.create'],
  })
  const { notificationIds } = await emulator.trigger({ type: 'issued_documents.all.create' })
  await emulator.clock.advance(0)
  const events = target.notifications().slice(1)
  expect(events.map(({ headers }) => headers['ce-type'])).toEqual([
    `${prefix}issued_documents.invoices.create`,
    `${prefix}issued_documents.quotes.create`,
  ])
  expect(events.map(({ headers }) => headers['ce-id'])).toEqual(notificationIds)
})

test('count sends that many, each with an id and a resource of its own, in order', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  const { notificationIds } = await emulator.trigger({ type: 'products.create', count: 50 })
  await emulator.clock.advance(0)
  const events = target.notifications().slice(1)
  expect(events.map(({ headers }) => headers['ce-id'])).toEqual(notificationIds)
  expect(new Set(events.map(({ body }) => body)).size).toBe(50)
})

test('nobody triggers more than 10,000 at once by a slip of the finger', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await expect(emulator.trigger({ type: 'taxes.create', count: 1_000_000 })).rejects.toMatchObject({
    code: 'FIC_DEV_E_BAD_REQUEST',
    message: 'count is 1000000, not a whole number from 1 to 10000.',
  })
})

test('the ids of the cashbook are strings', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await emulator.trigger({ type: 'cashbook.create' })
  await emulator.clock.advance(0)
  const body = JSON.parse(target.notifications()[1]!.body) as { data: { ids: unknown[] } }
  expect(body.data.ids).toEqual([expect.any(String)])
})

test('the company may be left out while there is only one', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url, company: 5, types: ['taxes.create'] })
  expect((await emulator.trigger({ type: 'taxes.create' })).notificationIds).toHaveLength(1)
  await emulator.subscribe({ sink: target.url, company: 6, types: ['taxes.create'] })
  await expect(emulator.trigger({ type: 'taxes.create' })).rejects.toMatchObject({
    code: 'FIC_DEV_E_TRIGGER_FAILED',
    message: 'There are subscriptions of more than one company at the emulator.',
    hint: 'Name the company: 5, 6.',
  })
  await expect(emulator.trigger({ type: 'taxes.create', company: 7 })).rejects.toMatchObject({
    message: 'Company 7 has no subscription at the emulator.',
    hint: 'There are subscriptions of: 5, 6.',
  })
  const { notificationIds } = await emulator.trigger({ type: 'taxes.create', company: 6 })
  expect(notificationIds).toHaveLength(1)
})

test('what nobody holds is refused in words that say what there is', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await expect(emulator.trigger({ type: 'taxes.create' })).rejects.toMatchObject({
    message: 'There is no subscription at the emulator.',
  })
  await emulator.subscribe({ sink: target.url, types: ['taxes.create', 'products.create'] })
  await expect(emulator.trigger({ type: 'entities.clients.create' })).rejects.toMatchObject({
    message: 'No subscription holds entities.clients.create.',
    hint: 'SUB1 holds taxes.create, products.create.',
  })
  await expect(emulator.trigger({ type: 'taxes.creat' })).rejects.toMatchObject({
    message: 'Unknown event type "taxes.creat".',
  })
})

test('over HTTP: trigger, deliveries, clock and reset', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator({ now: () => new Date('2026-11-23T10:00:00Z') })
  const control = async (method: string, path: string, body?: unknown) =>
    (await callApi(emulator.url, method, `/_emulator/${path}`, body)).body as unknown
  await emulator.subscribe({ sink: target.url, types: ['taxes.create'] })
  target.respond = answerWith(503)
  const sent = (await control('POST', 'trigger', { type: 'taxes.create', ids: [7] })) as {
    notificationIds: string[]
  }
  expect(await control('POST', 'clock', { advanceMs: 1000 })).toEqual({ now: '2026-11-23T10:00:01.000Z' })
  const { items } = (await control('GET', 'deliveries')) as { items: unknown[] }
  expect(items).toHaveLength(3)
  expect(items[2]).toEqual({
    subscriptionId: 'SUB1',
    notificationId: sent.notificationIds[0],
    kind: 'event',
    eventType: `${prefix}taxes.create`,
    attempts: [
      { at: '2026-11-23T10:00:00.000Z', status: 503, error: null, durationMs: expect.any(Number) as number },
    ],
    outcome: 'pending',
  })
  expect(await control('POST', 'reset')).toEqual({ now: '2026-11-23T10:00:00.000Z' })
  expect(await control('GET', 'deliveries')).toEqual({ items: [] })
  expect((await callApi(emulator.url, 'GET', '/c/108061/subscriptions')).body).toEqual({ data: [] })
})

test.each([
  [{}, 'type is missing, not an event type.'],
  [{ type: 'taxes.create', ids: 7 }, 'ids is 7, not a list of numbers or strings.'],
  [{ type: 'taxes.create', count: 0 }, 'count is 0, not a whole number above 0.'],
  [{ type: 'taxes.create', company: 'mine' }, 'company is "mine", not a whole number above 0.'],
  [{ type: 'taxes.create', mapping: 'batch' }, 'mapping is "batch", not binary or structured.'],
  [undefined, 'The body is not a JSON object.'],
])('a wrong trigger is refused: %j', async (body, message) => {
  await using emulator = await createEmulator()
  const answer = await callApi(emulator.url, 'POST', '/_emulator/trigger', body)
  expect(answer.status).toBe(422)
  expect(answer.body.error).toMatchObject({ code: 'FIC_DEV_E_BAD_REQUEST', message })
})

test('a page of another site cannot drive the emulator', async () => {
  await using emulator = await createEmulator()
  const response = await fetch(`${emulator.url}/_emulator/reset`, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
  })
  expect(response.status).toBe(403)
})
