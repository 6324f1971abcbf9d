/** What a sink gets from the emulator, compared with docs/protocol.md#4-notifications, the cloudevents package and node:crypto. */

import { createPublicKey, verify } from 'node:crypto'
import { HTTP, type CloudEvent } from 'cloudevents'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { startSubscriber, type Received } from '../support/subscriber.ts'

const prefix = 'it.fattureincloud.webhooks.'

function readToken(request: Received, publicKey: string) {
  const [head = '', claims = '', signature = ''] = (request.headers.authorization ?? '')
    .replace(/^Bearer /, '')
    .split('.')
  const key = { key: createPublicKey(publicKey), dsaEncoding: 'ieee-p1363' as const }
  const good = verify('sha256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url'))
  const read = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  return { good, header: read(head), claims: read(claims) }
}

test('binary mapping: a CloudEvent in headers, the ids in the body', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator({ now: () => new Date('2026-11-23T10:00:00.500Z') })
  await emulator.subscribe({ sink: `${target.url}/hooks`, company: 17 })
  const { notificationIds } = await emulator.trigger({ type: 'entities.clients.create', ids: [12345, 'a7'] })
  await emulator.clock.advance(0)

  const request = target.notifications()[1]!
  expect(request.url).toBe('/hooks')
  const { authorization, ...headers } = request.headers
  expect(headers).toEqual({
    host: new URL(target.url).host,
    'user-agent': 'FattureInCloud/API-WEBHOOK',
    connection: 'close',
    'ce-id': notificationIds[0],
    'ce-source': 'https://api-v2.fattureincloud.it',
    'ce-specversion': '1.0',
    'ce-type': `${prefix}entities.clients.create`,
    'ce-subject': 'company:17',
    'ce-time': '2026-11-23T10:00:00+00:00',
    'content-type': 'application/json',
    'content-length': String(request.body.length),
  })
  expect(authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
  expect(request.body).toBe('{"data":{"ids":[12345,"a7"]}}')
  expect(notificationIds[0]).toMatch(/^\d+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

  const event = HTTP.toEvent({ headers: request.headers, body: request.body }) as CloudEvent<unknown>
  expect(event.validate()).toBe(true)
  expect(event.data).toEqual({ data: { ids: [12345, 'a7'] } })
})

test('structured mapping: the whole CloudEvent in the body, no ce- headers', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator({ now: () => new Date('2026-11-23T10:00:00Z') })
  await emulator.subscribe({ sink: target.url, company: 17, mapping: 'structured' })
  const { notificationIds } = await emulator.trigger({ type: 'products.update', ids: [3] })
  await emulator.clock.advance(0)

  const request = target.notifications()[1]!
  expect(Object.keys(request.headers).filter((name) => name.startsWith('ce-'))).toEqual([])
  expect(request.headers['content-type']).toBe('application/cloudevents+json')
  expect(JSON.parse(request.body)).toEqual({
    id: notificationIds[0],
    source: 'https://api-v2.fattureincloud.it',
    specversion: '1.0',
    type: `${prefix}products.update`,
    subject: 'company:17',
    time: '2026-11-23T10:00:00+00:00',
    datacontenttype: 'application/json',
    data: { ids: [3] },
  })
  const event = HTTP.toEvent({ headers: request.headers, body: request.body }) as CloudEvent<unknown>
  expect(event.validate()).toBe(true)
  expect(event.data).toEqual({ ids: [3] })
})

test('structured mapping comes as application/json where that is asked for', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  emulator.faults.set({ structuredContentType: 'application/json' })
  await emulator.subscribe({ sink: target.url, mapping: 'structured' })
  await emulator.clock.advance(0)
  expect(target.notifications().map(({ headers }) => headers['content-type'])).toEqual(['application/json'])
})

test('a mapping named in the trigger overrides that of the subscription', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await emulator.trigger({ type: 'taxes.create', mapping: 'structured' })
  await emulator.clock.advance(0)
  const [welcome, event] = target.notifications()
  expect(welcome!.headers['ce-specversion']).toBe('1.0')
  expect(event!.headers['ce-specversion']).toBeUndefined()
})

test('the welcome is the first notification after the verification and has no ids', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await emulator.clock.advance(0)
  expect(target.notifications().map(({ headers, body }) => [headers['ce-type'], body])).toEqual([
    [`${prefix}subscriptions.welcome`, '{"data":{"ids":[]}}'],
  ])
})

test('tokens are ES256 with the documented claims, on the challenge and on notifications', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator({ now: () => new Date('2026-11-23T10:00:00Z') })
  const sink = `${target.url}/hooks?a=1`
  await emulator.subscribe({ sink, company: 17 })
  await emulator.clock.advance(0)

  const iat = Date.parse('2026-11-23T10:00:00Z') / 1000
  const [challenge, welcome] = target.received
  for (const request of [challenge!, welcome!]) {
    const { good, header, claims } = readToken(request, emulator.publicKey)
    const { jti, aid, ...rest } = claims
    expect(good).toBe(true)
    expect(header['alg']).toBe('ES256')
    expect(jti).toMatch(/^\d+:[0-9a-f-]{36}$/)
    expect(aid).toBeTypeOf('number')
    expect(rest).toEqual({
      iss: 'https://api-v2.fattureincloud.it',
      sub: 'company:17',
      aud: [sink],
      iat,
      exp: iat + 3 * 3600,
    })
  }
  expect(readToken(welcome!, emulator.publicKey).claims['jti']).toBe(welcome!.headers['ce-id'])
})

test('the challenge of the header method: a GET with 64 hex characters in a header', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: `${target.url}/hooks?a=b%20c`, verificationMethod: 'header' })
  const [challenge] = target.challenges()
  expect(challenge!.url).toBe('/hooks?a=b%20c')
  expect(challenge!.headers['x-fic-verification-challenge']).toMatch(/^[0-9a-f]{64}$/)
  expect(challenge!.headers['user-agent']).toBe('FattureInCloud/API-WEBHOOK')
})

test('the challenge of the query method is appended to the sink, whose own query stays as it is', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: `${target.url}/hooks?a=b%20c`, verificationMethod: 'query' })
  const [challenge] = target.challenges()
  expect(challenge!.url).toMatch(/^\/hooks\?a=b%20c&x-fic-verification-challenge=[0-9a-f]{64}$/)
  expect(challenge!.headers['x-fic-verification-challenge']).toBeUndefined()
})

test('the public key is published as PEM and as base64 of the PEM', async () => {
  await using emulator = await createEmulator()
  const read = async (query: string) => (await fetch(`${emulator.url}/_emulator/public-key${query}`)).text()
  expect(await read('')).toBe(emulator.publicKey)
  expect(Buffer.from(await read('?format=base64'), 'base64').toString()).toBe(emulator.publicKey)
  expect(createPublicKey(emulator.publicKey).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
})
