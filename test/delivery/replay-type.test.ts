/** Replays as another event type, and what a replay would send, told before it is sent. */

import { expect, test } from 'vitest'
import type { ReplayRequest } from '../../src/contract/api.ts'
import type { Capture } from '../../src/store/notifications.ts'
import { sampleCapture } from '../support/capture.ts'
import { startTarget } from '../support/target.ts'
import { openDelivery } from './parts.ts'

const sample = sampleCapture()
const structured: Capture = {
  ...sample,
  mapping: 'structured',
  headers: [['Content-Type', 'application/cloudevents+json']],
  body: Buffer.from(JSON.stringify({ ...sample.cloudEvent, data: { ids: [3062300] } })),
}

async function replay(capture: Capture, asked: ReplayRequest) {
  await using target = await startTarget()
  const { store, deliverer } = await openDelivery([target.url])
  await store.capture(capture, { targets: [] })
  const delivery = await deliverer.replay(1, asked)
  const [request] = target.received
  if (!request) throw new Error('Nothing came.')
  return { request, delivery }
}

test('another type stands in its header in the binary mapping, and id and ids stay', async () => {
  const capture = sampleCapture()

  const { request, delivery } = await replay(capture, { type: 'products.stock_update' })

  expect(request.headers).toMatchObject({
    'ce-type': 'it.fattureincloud.webhooks.products.stock_update',
    'ce-id': capture.cloudEvent?.id,
    'ce-subject': 'company:12345',
  })
  expect(JSON.parse(request.body.toString())).toEqual({ data: { ids: [3062300] } })
  expect(delivery.sent?.headers).toContainEqual([
    'ce-type',
    'it.fattureincloud.webhooks.products.stock_update',
  ])
})

test('another type stands in the body in the structured mapping, with ids of one’s own', async () => {
  const { request } = await replay(structured, {
    type: 'it.fattureincloud.webhooks.entities.clients.delete',
    ids: [7],
  })

  expect(request.headers['ce-type']).toBeUndefined()
  expect(JSON.parse(request.body.toString())).toMatchObject({
    type: 'it.fattureincloud.webhooks.entities.clients.delete',
    data: { ids: [7] },
  })
})

test.for([
  ['subscriptions.welcome', 'it.fattureincloud.webhooks.subscriptions.welcome'],
  ['com.example.made_up', 'com.example.made_up'],
])('the type %s goes out as %s', async ([type, sent]) => {
  const { request } = await replay(sampleCapture(), { type: type ?? '' })

  expect(request.headers['ce-type']).toBe(sent)
})

test('what is no CloudEvent cannot become another type', async () => {
  await using target = await startTarget()
  const { store, deliverer } = await openDelivery([target.url])
  await store.capture(sampleCapture({ kind: 'unknown', cloudEvent: null, eventType: null }), { targets: [] })

  await expect(deliverer.replay(1, { type: 'taxes.create' })).rejects.toMatchObject({
    code: 'FIC_DEV_E_REPLAY_UNSIGNABLE',
  })
  expect(target.received).toEqual([])
})

test('a preview tells what the replay then sends, and sends nothing itself', async () => {
  await using target = await startTarget()
  const { store, deliverer, told } = await openDelivery([target.url])
  await store.capture(sampleCapture(), { targets: [] })
  const asked: ReplayRequest = { mapping: 'structured', type: 'taxes.delete', headers: { 'X-Mine': 'yes' } }

  const preview = await deliverer.preview(1, asked)
  expect([target.received, told]).toEqual([[], []])
  await deliverer.replay(1, asked)

  const [request] = target.received
  const came = request?.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 && !/^(host|content-length|connection)$/i.test(name) ? [[name, all[index + 1]]] : [],
  )
  expect(preview).toEqual({
    method: 'POST',
    url: target.url,
    headers: came,
    body: request?.body.toString(),
  })
})

test('a preview of a body that is no text says so', async () => {
  await using target = await startTarget()
  const { store, deliverer } = await openDelivery([target.url])
  await store.capture(sampleCapture({ body: Buffer.from([0xff, 0x00]) }), { targets: [] })

  expect(await deliverer.preview(1, {})).toMatchObject({ body: null })
})
