/** The message of the stream: the binding's headers for everybody, and the very request for followers. */

import { expect, test } from 'vitest'
import { arrivalKey, readRequest, requestHeader, toMessage } from '../../src/share/message.ts'
import { readNatsAddress, toShareTarget } from '../../src/share/address.ts'
import { consumerOf, followerOf, isFollowerName, subjectOf } from '../../src/share/subject.ts'
import { openTestStore, sampleCapture, typePrefix } from '../support/capture.ts'

async function captured(overrides: Parameters<typeof sampleCapture>[0] = {}) {
  const store = await openTestStore()
  const capture = sampleCapture(overrides)
  return { notification: await store.capture(capture, { targets: [] }), body: capture.body }
}

test('the attributes stand in ce- headers, percent-encoded, and the payload is the body (CloudEvents binding for NATS)', async () => {
  const { cloudEvent } = sampleCapture()
  const { notification, body } = await captured({
    cloudEvent: { ...cloudEvent!, source: 'caff\u00e8 "nero" 5%' },
  })
  const message = toMessage(notification, body, 'hub')
  const headers = Object.fromEntries(message.headers)

  expect(message.subject).toBe('fic.12345.issued_documents.invoices.create')
  expect(message.payload).toEqual(body)
  expect(headers).toMatchObject({
    'ce-type': `${typePrefix}issued_documents.invoices.create`,
    'ce-subject': 'company:12345',
    'ce-specversion': '1.0',
    'ce-time': '2023-04-04T12:54:21+02:00',
    'ce-source': 'caff%C3%A8%20%22nero%22%205%25',
    'ce-datacontenttype': 'application/json',
  })
})

test('a body that is a whole event says so by its content type', async () => {
  const { notification, body } = await captured({ mapping: 'structured' })

  expect(toMessage(notification, body, 'hub').headers).toContainEqual([
    'content-type',
    'application/cloudevents+json',
  ])
})

test('headers of any bytes, repeated ones included, come back as they were from one line of ASCII', async () => {
  const headers: [string, string][] = [
    ['X-Twice', 'one'],
    ['x-twice', 'caf\u00e9 \u0080\u00ff "two"'],
    ['Empty', ''],
  ]
  const { notification, body } = await captured({ headers, path: '/secret?a=%20b' })
  const line = Object.fromEntries(toMessage(notification, body, 'hub').headers)[requestHeader]!

  expect(line).toMatch(/^[\x20-\x7e]+$/)
  expect(readRequest(line)).toEqual({
    method: 'POST',
    path: '/secret?a=%20b',
    headers,
    receivedAt: new Date('2026-03-01T12:00:00.000Z'),
  })
})

test.each([
  [''],
  ['{'],
  ['null'],
  ['[]'],
  ['{}'],
  ['{"method":"POST","path":"x","headers":[],"receivedAt":"2026-03-01T12:00:00Z"}'],
  ['{"method":"POST","path":"/x","headers":[["a"]],"receivedAt":"2026-03-01T12:00:00Z"}'],
  ['{"method":"POST","path":"/x","headers":[],"receivedAt":"yesterday"}'],
])('%s is no request of a hub', (line) => {
  expect(readRequest(line)).toBeNull()
})

test('the same capture has one id, another hub or a twin has another', async () => {
  const store = await openTestStore()
  const capture = sampleCapture()
  const one = await store.capture(capture, { targets: [] })
  const twin = await store.capture(capture, { targets: [] })
  const idOf = (notification: typeof one, hub: string) => toMessage(notification, capture.body, hub).id

  expect(idOf(one, 'hub')).toBe(idOf(one, 'hub'))
  expect(new Set([idOf(one, 'hub'), idOf(twin, 'hub'), idOf(one, 'other')]).size).toBe(3)
})

test('what is published twice is one arrival; another body under the same id is another, and so is every message without an id', () => {
  const message = { id: 'x', request: '{}', payload: Buffer.from('a'), place: 'stream 1' }

  expect(arrivalKey({ ...message, place: 'stream 2' })).toBe(arrivalKey(message))
  expect(arrivalKey({ ...message, payload: Buffer.from('b') })).not.toBe(arrivalKey(message))
  expect(arrivalKey({ ...message, id: '', place: 'stream 2' })).not.toBe(arrivalKey({ ...message, id: '' }))
})

test.each([
  [`${typePrefix}receipts.create`, 'fic.7.receipts.create'],
  ['com.example.x', 'fic.7.com.example.x'],
  [`${typePrefix}a b.*.>`, 'fic.7.a_b._._'],
  [`${typePrefix}..`, 'fic.7._._._'],
])('the type %j has the subject %s', (type, subject) => {
  expect(subjectOf(7, type)).toBe(subject)
})

test('a type of any length has a subject that a server takes, and no two long ones the same', () => {
  const long = (end: string) => subjectOf(7, `${typePrefix}${'a.*'.repeat(2_000)}${end}`)

  expect(long('x')).toMatch(/^fic\.7(\.[\w-]+)+$/)
  expect(long('x').length).toBeLessThan(250)
  expect(long('x')).not.toBe(long('y'))
  expect(subjectOf(7, 'a'.repeat(200))).toBe(`fic.7.${'a'.repeat(200)}`)
})

test('a consumer names its follower, and those of others are nobody', () => {
  expect(followerOf(consumerOf(12345, 'anna-w2mb'))).toEqual({ company: 12345, name: 'anna-w2mb' })
  expect(followerOf('grafana')).toBeNull()
  expect(['anna', 'CI-7'].every(isFollowerName)).toBe(true)
  expect(['', 'a.b', 'a b', '*', 'x'.repeat(41)].some(isFollowerName)).toBe(false)
})

test.each([
  ['nats.example.com', { url: 'nats://nats.example.com:4222' }],
  ['10.0.0.1:5222', { url: 'nats://10.0.0.1:5222' }],
  ['tls://nats.example.com/', { url: 'tls://nats.example.com:4222' }],
  ['nats://[::1]:4222', { url: 'nats://[::1]:4222' }],
  ['http://nats.example.com', { wrong: 'form' }],
  ['nats://nats.example.com/fic', { wrong: 'form' }],
  ['nats://', { wrong: 'form' }],
  ['', { wrong: 'form' }],
  ['nats://anna:secret@nats.example.com', { wrong: 'credentials' }],
  ['nats://anna:se/cret@nats.example.com', { wrong: 'credentials' }],
])('the address %j', (text, read) => {
  expect(readNatsAddress(text)).toEqual(read)
})

test('with and without TLS it is the same stream', () => {
  expect(toShareTarget('tls://nats.example.com:4222')).toBe('nats://nats.example.com:4222')
})
