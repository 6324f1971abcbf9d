/** Replays: as captured, changed, re-signed; and what is written down of them. */

import { importSPKI, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import type { ReplayRequest } from '../../src/contract/api.ts'
import type { Delivery } from '../../src/contract/notification.ts'
import type { Capture } from '../../src/store/notifications.ts'
import { sampleCapture } from '../support/capture.ts'
import { startTarget, type ReceivedRequest } from '../support/target.ts'
import { openDelivery } from './parts.ts'

const token = 'Bearer captured.token.here'
const signed = withHeaders([['Authorization', token]])

function withHeaders(more: Capture['headers'], capture = sampleCapture()): Capture {
  return { ...capture, headers: [...capture.headers, ...more] }
}

interface Replayed {
  request: ReceivedRequest
  delivery: Delivery
  devPublicKey: string
  targetUrl: string
  stored: Delivery[]
}

/** Captures one, replays it to the configured target, gives what came there. */
async function replay(capture: Capture, asked: ReplayRequest): Promise<Replayed> {
  await using target = await startTarget()
  const { store, deliverer, devPublicKey } = await openDelivery([target.url])
  const { seq } = await store.capture(capture, { targets: [] })
  const delivery = await deliverer.replay(seq, asked)
  const [request] = target.received
  if (!request || target.received.length !== 1) throw new Error('Not one request came.')
  const stored = store.notification(seq)?.deliveries ?? []
  return { request, delivery, devPublicKey, targetUrl: target.url, stored }
}

const sample = sampleCapture()
const structured: Capture = {
  ...sample,
  mapping: 'structured',
  headers: [
    ['Authorization', token],
    ['Content-Type', 'application/cloudevents+json'],
  ],
  body: Buffer.from(JSON.stringify({ ...sample.cloudEvent, data: { ids: [3062300] } })),
}

test('as captured means as captured, and the record says so', async () => {
  const { request, delivery, stored } = await replay(signed, {})

  expect(request.body.equals(signed.body)).toBe(true)
  expect(request.headers).toMatchObject({
    authorization: token,
    'ce-id': signed.cloudEvent?.id,
    'x-fic-dev-replay': '1',
    'x-fic-dev-attempt': '1',
    'x-fic-dev-notification': '1',
  })
  expect(delivery).toMatchObject({ sign: 'original', replay: true, status: 200, sent: null, attempt: 1 })
  expect(stored).toEqual([delivery])
})

test('without a signature there is no Authorization header', async () => {
  const { request, delivery } = await replay(withHeaders([['authorization', token]], signed), {
    sign: 'none',
  })

  expect(request.headers.authorization).toBeUndefined()
  expect(request.headers['ce-id']).toBe(signed.cloudEvent?.id)
  expect(delivery.sent?.headers.filter(([name]) => /^authorization$/i.test(name))).toEqual([])
})

test('with the dev key the token has every claim of Fatture in Cloud, made anew for this target', async () => {
  const before = Math.floor(Date.now() / 1000)

  const { request, devPublicKey, targetUrl, delivery } = await replay(signed, { sign: 'dev' })

  const tokens = request.rawHeaders.filter((_, index, all) => /^authorization$/i.test(all[index - 1] ?? ''))
  expect(tokens).toHaveLength(1)
  const { payload, protectedHeader } = await jwtVerify(
    (tokens[0] ?? '').replace('Bearer ', ''),
    await importSPKI(devPublicKey, 'ES256'),
  )
  expect(protectedHeader.alg).toBe('ES256')
  expect(payload).toEqual({
    jti: signed.cloudEvent?.id,
    iss: 'https://api-v2.fattureincloud.it',
    exp: Number(payload.iat) + 3 * 60 * 60,
    iat: expect.any(Number),
    sub: 'company:12345',
    aud: [targetUrl],
    aid: expect.any(Number),
  })
  expect(payload.iat).toBeGreaterThanOrEqual(before)
  expect(delivery.sign).toBe('dev')
  expect(request.body.equals(signed.body)).toBe(true)
})

test('with the dev key and an address by hand the audience is that address', async () => {
  await using elsewhere = await startTarget()
  const { store, deliverer, devPublicKey } = await openDelivery([])
  await store.capture(signed, { targets: [] })

  const delivery = await deliverer.replay(1, { sign: 'dev', to: elsewhere.url })

  const sent = elsewhere.received[0]?.headers.authorization ?? ''
  const { payload } = await jwtVerify(sent.replace('Bearer ', ''), await importSPKI(devPublicKey, 'ES256'))
  expect(payload.aud).toEqual([elsewhere.url])
  expect(delivery.target).toBe(elsewhere.url)
})

test('other ids are put where Fatture in Cloud puts them', async () => {
  const { request, delivery } = await replay(signed, { ids: ['a', 8] })

  expect(request.body.toString()).toBe('{"data":{"ids":["a",8]}}')
  expect(request.headers).toMatchObject({
    'content-type': 'application/json',
    'ce-id': signed.cloudEvent?.id,
  })
  expect(delivery.sent?.body).toBe('{"data":{"ids":["a",8]}}')
})

test('binary becomes structured', async () => {
  const { request } = await replay(signed, { mapping: 'structured' })

  expect(Object.keys(request.headers).filter((name) => name.startsWith('ce-'))).toEqual([])
  expect(request.headers['content-type']).toBe('application/cloudevents+json')
  expect(JSON.parse(request.body.toString())).toEqual({
    ...signed.cloudEvent,
    datacontenttype: 'application/json',
    data: { ids: [3062300] },
  })
})

test('structured becomes binary', async () => {
  const { request } = await replay(structured, { mapping: 'binary', ids: [1, 2] })

  const { id, type, source, subject, time, specversion } = structured.cloudEvent ?? {}
  expect(request.headers).toMatchObject({
    'content-type': 'application/json',
    authorization: token,
    'ce-id': id,
    'ce-type': type,
    'ce-source': source,
    'ce-subject': subject,
    'ce-time': time,
    'ce-specversion': specversion,
  })
  expect(request.body.toString()).toBe('{"data":{"ids":[1,2]}}')
})

test('structured with other ids stays structured', async () => {
  const { request } = await replay(structured, { ids: [5] })

  expect(JSON.parse(request.body.toString())).toMatchObject({ specversion: '1.0', data: { ids: [5] } })
})

test('a body of one’s own wins over ids and mapping, and its length is its own', async () => {
  const { request, delivery } = await replay(signed, { body: '{"data":{"ids":["è"]}}', ids: [1] })

  expect(request.body.toString()).toBe('{"data":{"ids":["è"]}}')
  expect(request.headers['content-length']).toBe('23')
  expect(delivery.sent?.body).toBe('{"data":{"ids":["è"]}}')
})

test('headers are set and removed whatever their case, and win over the signature', async () => {
  const { request, delivery } = await replay(signed, {
    sign: 'dev',
    headers: { 'X-Mine': 'yes', 'CE-TIME': null, authorization: 'Bearer mine', 'User-Agent': 'me' },
  })

  expect(request.headers).toMatchObject({ 'x-mine': 'yes', authorization: 'Bearer mine', 'user-agent': 'me' })
  expect(request.headers['ce-time']).toBeUndefined()
  expect(delivery.sent?.headers).toContainEqual(['X-Mine', 'yes'])
})

test('what the record says was sent is what came', async () => {
  const { request, delivery } = await replay(signed, { sign: 'dev', ids: [1], headers: { 'X-Mine': 'yes' } })

  const came = request.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 ? [[name, all[index + 1]]] : [],
  )
  expect(came).toEqual([
    expect.arrayContaining(['Host']),
    ...(delivery.sent?.headers ?? []),
    ['Content-Length', String(request.body.length)],
    ['Connection', 'close'],
  ])
  expect(request.body.toString()).toBe(delivery.sent?.body)
})

const challenge = 'f'.repeat(64)
const verification: Capture = {
  ...sampleCapture({ kind: 'verification', method: 'GET', body: Buffer.alloc(0), eventType: null }),
  mapping: null,
  cloudEvent: null,
  ids: [],
  headers: [['Authorization', token]],
}

test('a verification is replayed with its challenge in the header', async () => {
  const { request } = await replay(
    withHeaders([['x-fic-verification-challenge', challenge]], verification),
    {},
  )

  expect(request).toMatchObject({ method: 'GET', path: '/webhooks' })
  expect(request.headers['x-fic-verification-challenge']).toBe(challenge)
  expect(request.headers['content-length']).toBeUndefined()
})

test('a verification is replayed with its challenge in the query', async () => {
  const path = `/secret?x-fic-verification-challenge=${challenge}`

  const { request } = await replay({ ...verification, path }, { sign: 'dev' })

  expect(request).toMatchObject({
    method: 'GET',
    path: `/webhooks?x-fic-verification-challenge=${challenge}`,
  })
  expect(request.headers.authorization).toMatch(/^Bearer ey/)
})

test.for<ReplayRequest>([{ sign: 'dev' }, { ids: [1] }, { mapping: 'structured' }])(
  'what is no CloudEvent cannot be replayed with %j',
  async (asked) => {
    await using target = await startTarget()
    const { store, deliverer } = await openDelivery([target.url])
    await store.capture(sampleCapture({ kind: 'unknown', cloudEvent: null, eventType: null }), {
      targets: [],
    })

    await expect(deliverer.replay(1, asked)).rejects.toMatchObject({ code: 'FIC_DEV_E_REPLAY_UNSIGNABLE' })
    expect(target.received).toEqual([])
    expect(store.counts().deliveries).toBe(0)
  },
)

test('what is no CloudEvent can be replayed as it came', async () => {
  const body = Buffer.from([0xff, 0x00])
  const { request } = await replay(sampleCapture({ kind: 'unknown', cloudEvent: null, body }), {})

  expect(request.body.equals(body)).toBe(true)
})

test('a replay that nobody answers is written down as such, and is not tried again', async () => {
  const gone = await startTarget()
  await gone.close()
  const { store, deliverer } = await openDelivery([])
  await store.capture(signed, { targets: [] })

  const delivery = await deliverer.replay(1, { to: gone.url })

  expect(delivery).toMatchObject({
    status: null,
    error: 'connection refused',
    verdict: 'retried',
    nextAttemptAt: null,
  })
  expect(store.jobs.count()).toBe(0)
  expect(store.notification(1)?.deliveries).toEqual([delivery])
})

test('a replay goes out though the queue is paused, and leaves what waits alone', async () => {
  await using target = await startTarget()
  const { capture, deliverer, store } = await openDelivery([target.url])
  deliverer.pause(true)
  await deliverer.start()
  await capture()

  await deliverer.replay(1, {})

  expect(target.received).toHaveLength(1)
  expect(store.jobs.count()).toBe(1)
})

test('there must be a notification, a target, and leave to go there', async () => {
  const { store, deliverer } = await openDelivery([])
  await store.capture(signed, { targets: [] })

  await expect(deliverer.replay(2, {})).rejects.toMatchObject({ code: 'FIC_DEV_E_NOT_FOUND' })
  await expect(deliverer.replay(1, {})).rejects.toMatchObject({ code: 'FIC_DEV_E_REPLAY_TARGET' })
  await expect(deliverer.replay(1, { to: 'http://169.254.169.254/' })).rejects.toMatchObject({
    code: 'FIC_DEV_E_REPLAY_TARGET',
  })
  expect(store.counts().deliveries).toBe(0)
})

test('a redirect to elsewhere is shown, not followed', async () => {
  await using metadata = await startTarget()
  await using target = await startTarget(0, (_request, response) => {
    response.writeHead(302, { location: metadata.url }).end()
  })
  const { store, deliverer } = await openDelivery([target.url])
  await store.capture(signed, { targets: [] })

  expect(await deliverer.replay(1, {})).toMatchObject({
    status: 302,
    verdict: 'dropped',
    responseHeaders: expect.arrayContaining([['location', metadata.url]]),
  })
  expect(metadata.received).toEqual([])
})
