/** Notifications over the private API: pages, filters, one, its bytes, removal; and what a mistake is answered. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NotificationPage } from '../../src/contract/api.ts'
import type { Notification } from '../../src/contract/notification.ts'
import { openRoom, type Room } from './room.ts'

let room: Room
const prefix = 'it.fattureincloud.webhooks.'

/** 1 to 6, in this order. */
beforeAll(async () => {
  room = await openRoom()
  await room.capture({
    kind: 'verification',
    method: 'GET',
    body: Buffer.alloc(0),
    eventType: null,
    cloudEvent: null,
    mapping: null,
    company: null,
    ids: [],
  })
  await room.capture({ kind: 'welcome', eventType: `${prefix}subscriptions.welcome` })
  await room.capture({ body: Buffer.from('{"data":{"ids":["needle_50%"]}}') })
  await room.capture({
    eventType: `${prefix}entities.clients.create`,
    signature: { outcome: 'invalid', claims: [], problems: ['Somebody else signed this.'] },
  })
  await room.capture({
    kind: 'unknown',
    eventType: null,
    body: Buffer.from([0xff, 0x00]),
    signature: { outcome: 'missing', claims: [], problems: [] },
  })
  await room.capture({ eventType: `${prefix}entities.suppliers.create` })
  await room.store.beginDelivery({
    id: room.store.nextDeliveryId(),
    seq: 6,
    channel: 'app',
    target: 'http://localhost:3000/',
    attempt: 1,
    replay: false,
    sign: 'original',
    startedAt: '2026-03-01T12:00:10.000Z',
    durationMs: 12.5,
    status: 410,
    error: null,
    errorCode: null,
    cause: null,
    responseHeaders: [['X-a', '1']],
    responseBody: 'gone',
    verdict: 'subscription-deleted',
    sent: null,
    nextAttemptAt: null,
  })
})
afterAll(() => room[Symbol.asyncDispose]())

const page = (query: string) => room.json(`/api/notifications${query}`) as Promise<NotificationPage>
const seqs = async (query: string) => (await page(query)).items.map(({ seq }) => seq)

test('the newest come first, and nextBefore leads through all pages to null', async () => {
  expect(await page('?limit=4')).toMatchObject({ nextBefore: 3 })
  expect(await seqs('?limit=4')).toEqual([6, 5, 4, 3])
  expect(await seqs('?limit=4&before=3')).toEqual([2, 1])
  expect(await page('?limit=4&before=3')).toMatchObject({ nextBefore: null })
  expect(await page('?limit=6')).toMatchObject({ nextBefore: null })
  expect(await page('?limit=6&before=1')).toEqual({ items: [], nextBefore: null })
})

describe('a filter', () => {
  test.each([
    ['after=4', [6, 5]],
    ['after=2&before=5', [4, 3]],
    ['kind=event', [6, 4, 3]],
    ['kind=verification', [1]],
    ['kind=welcome', [2]],
    ['kind=unknown', [5]],
    ['signature=invalid', [4]],
    ['signature=missing', [5]],
    ['signature=valid', [6, 3, 2, 1]],
    ['type=issued_documents.invoices.create', [3]],
    [`type=${prefix}issued_documents.invoices.create`, [3]],
    ['type=entities.all.create', [6, 4]],
    ['type=entities.*', [6, 4]],
    ['type=nothing.like.it', []],
    ['delivery=subscription-deleted', [6]],
    ['delivery=none', [5, 4, 3, 2, 1]],
    ['delivery=delivered', []],
    ['q=NEEDLE', [3]],
    ['q=needle_50%25', [3]],
    ['q=needle%2550_', []],
    ['q=somebody', [4]],
    ['q=%27%20OR%201%3D1%20--', []],
    ['kind=event&signature=valid&q=needle', [3]],
    ['since=2100-01-01T00:00:00Z', []],
    ['until=2100-01-01T00:00:00Z&kind=welcome', [2]],
  ])('%s', async (query, expected) => {
    expect(await seqs(`?${query}`)).toEqual(expected)
  })

  test('since takes the moment itself in, until leaves it out', async () => {
    const { receivedAt } = (await room.json('/api/notifications/3')) as Notification
    const at = encodeURIComponent(receivedAt)

    expect(await seqs(`?since=${at}`)).toEqual([6, 5, 4, 3])
    expect(await seqs(`?until=${at}`)).toEqual([2, 1])
  })
})

const deletedCause = {
  code: 'subscription-deleted',
  tone: 'warning',
  why: '410 makes Fatture in Cloud delete the subscription.',
  todo: 'Never answer 410 on the webhook route; answer 401 to what you refuse.',
}

test('one notification is told with all its deliveries, in the shape that is promised', async () => {
  expect(await room.json('/api/notifications/6')).toEqual({
    seq: 6,
    kind: 'event',
    receivedAt: expect.stringMatching(/^2026-03-01T12:\d\d:\d\d\.000Z$/),
    method: 'POST',
    path: '/secret',
    headers: [
      ['Content-Type', 'application/json'],
      ['ce-id', expect.any(String)],
    ],
    bodyBytes: 20,
    body: '{"data":{"ids":[1]}}',
    mapping: 'binary',
    eventType: `${prefix}entities.suppliers.create`,
    company: 12345,
    ids: [1],
    cloudEvent: expect.objectContaining({ subject: 'company:12345' }),
    signature: { outcome: 'valid', claims: [], problems: [] },
    answer: { status: 200, body: null },
    problems: [],
    twinOf: null,
    deliveries: [
      {
        id: 1,
        seq: 6,
        channel: 'app',
        target: 'http://localhost:3000/',
        attempt: 1,
        replay: false,
        sign: 'original',
        startedAt: '2026-03-01T12:00:10.000Z',
        durationMs: 12.5,
        status: 410,
        error: null,
        errorCode: null,
        cause: { ...deletedCause, what: 'http://localhost:3000/ answered 410.' },
        responseHeaders: [['X-a', '1']],
        responseBody: 'gone',
        verdict: 'subscription-deleted',
        sent: null,
        nextAttemptAt: null,
      },
    ],
  })
})

test('a body that is not UTF-8 is null as text, and whole as bytes that no browser would show', async () => {
  const answer = await room.api('/api/notifications/5/body')

  expect(await room.json('/api/notifications/5')).toMatchObject({ body: null, bodyBytes: 2 })
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from([0xff, 0x00]))
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
  })
})

describe('a mistake is answered in words', () => {
  test.each([
    ['GET', '/api/notifications/99', 404, 'NOT_FOUND'],
    ['GET', '/api/notifications/99/body', 404, 'NOT_FOUND'],
    ['DELETE', '/api/notifications/99', 404, 'NOT_FOUND'],
    ['GET', '/api/notifications/0', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications/-1', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications/abc', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications/1.5', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications?limit=0', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications?limit=1001', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications?limit=x', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications?before=x', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications?kind=odd', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications?signature=odd', 400, 'BAD_REQUEST'],
    ['GET', '/api/notifications?since=yesterday', 400, 'BAD_REQUEST'],
    ['GET', '/api/nothing', 404, 'NOT_FOUND'],
    ['PUT', '/api/notifications/1', 404, 'NOT_FOUND'],
    ['GET', '/api/%zz', 400, 'BAD_REQUEST'],
    ['GET', `/api/notifications/${'1'.repeat(2_000)}`, 414, 'BAD_REQUEST'],
    ['GET', '/api/stream', 400, 'BAD_REQUEST'],
  ])('%s %s', async (method, path, status, code) => {
    const answer = await room.api(path, { method })

    expect(answer.status).toBe(status)
    const body = (await answer.json()) as { error: { code: string; message: string } }
    expect(Object.keys(body)).toEqual(['error'])
    expect(body.error.code).toBe(`FIC_DEV_E_${code}`)
    expect(body.error.message).toMatch(/\S/)
  })

  test.each([
    ['nothing that is JSON', '{"sign":'],
    ['an unknown signature', '{"sign":"odd"}'],
    ['an unknown mapping', '{"mapping":"odd"}'],
    ['ids that are objects', '{"ids":[{}]}'],
    ['a header that is a list', '{"headers":{"x":[1,2]}}'],
    ['a list', '[]'],
  ])('a replay with %s', async (_what, body) => {
    const answer = await room.api('/api/notifications/1/replay', { method: 'POST', body })

    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({
      error: { code: 'FIC_DEV_E_BAD_REQUEST', message: expect.stringMatching(/\S/) },
    })
  })

  test('a body of another type is refused', async () => {
    const headers = { 'content-type': 'application/xml' }
    const answer = await room.api('/api/notifications/1/replay', { method: 'POST', body: '<a/>', headers })

    expect(answer.status).toBe(415)
    expect(await answer.json()).toMatchObject({ error: { code: 'FIC_DEV_E_BAD_REQUEST' } })
  })

  test('our own failure says nothing of its inside', async () => {
    const answer = await room.api('/api/notifications/1/replay', { method: 'POST', body: '{}' })

    expect(answer.status).toBe(500)
    expect(await answer.json()).toEqual({
      error: { code: 'FIC_DEV_E_INTERNAL', message: 'fic-dev failed to answer; its log says more.' },
    })
  })
})

test('removal of one, then of all, is done and told on the stream', async () => {
  await using own = await openRoom()
  for (let count = 0; count < 3; count++) await own.capture()
  const reader = await own.read()

  const one = await own.api('/api/notifications/2', { method: 'DELETE' })
  expect([one.status, await one.text()]).toEqual([204, ''])
  expect(await own.json('/api/notifications')).toMatchObject({ items: [{ seq: 3 }, { seq: 1 }] })
  const all = await own.api('/api/notifications', { method: 'DELETE' })
  expect(all.status).toBe(204)
  expect(await own.json('/api/notifications')).toEqual({ items: [], nextBefore: null })

  const messages = await reader.until(3)
  expect(messages.slice(1)).toEqual([
    { type: 'removed', seq: 2 },
    { type: 'removed', seq: null, upTo: 3 },
  ])
  expect((await own.capture()).seq).toBe(4)
})
