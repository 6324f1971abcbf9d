/** Export and import: NDJSON loses nothing either way, HAR is what other tools expect. */

import { describe, expect, test } from 'vitest'
import type { ExportedNotification } from '../../src/contract/api.ts'
import type { Delivery } from '../../src/contract/notification.ts'
import { openRoom, type Room } from './room.ts'

const delivery: Delivery = {
  id: 0,
  seq: 0,
  channel: 'app',
  target: 'http://localhost:3000/webhooks?a=1',
  attempt: 2,
  replay: true,
  sign: 'dev',
  startedAt: '2026-03-01T12:00:10.123Z',
  durationMs: 12.25,
  status: 503,
  error: null,
  errorCode: null,
  cause: null,
  responseHeaders: [
    ['Set-Cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ],
  responseBody: '<h1>è</h1>',
  verdict: 'retried',
  sent: { headers: [['X-a', '1']], body: '{"data":{"ids":["x"]}}' },
  nextAttemptAt: null,
}

/** One of each that is hard to carry over. */
async function fill(room: Room): Promise<void> {
  await room.capture({
    headers: [
      ['x-B', '1'],
      ['X-a', '"quoted", \\ and \u00ff\u001b'],
      ['x-B', '1'],
      ['X-Empty', ''],
    ],
    body: Buffer.from('{"data":{"ids":["è \u{1f600}", 1]}}\r\n'),
    ids: ['è \u{1f600}', 1, '0012'],
    signature: {
      outcome: 'invalid',
      claims: [
        { claim: 'aud', value: ['https://x.example/'], expected: 'a list', verdict: 'wrong', says: 'No.' },
        { claim: 'nbf', value: null, expected: null, verdict: 'absent', says: 'None.' },
        { claim: 'exp', value: 1_772_377_200, expected: 'a time', verdict: 'ok', says: 'Yes.' },
      ],
      problems: ['No.'],
    },
    problems: ['Odd.'],
  })
  await room.capture({ body: Buffer.from([0, 255, 254, 10, 13, 128]), problems: ['The body is not UTF-8.'] })
  await room.capture({
    kind: 'verification',
    method: 'GET',
    path: '/secret?x-fic-verification-challenge=abc',
    body: Buffer.alloc(0),
    mapping: null,
    eventType: null,
    company: null,
    ids: [],
    cloudEvent: null,
    answer: { status: 200, body: '{"verification":"abc"}' },
  })
  const last = await room.capture({ mapping: 'structured' })
  await room.store.beginDelivery({ ...delivery, id: room.store.nextDeliveryId(), seq: last.seq })
  await room.store.beginDelivery({
    ...delivery,
    id: room.store.nextDeliveryId(),
    seq: last.seq,
    status: null,
    error: 'connection refused',
    durationMs: null,
    responseBody: null,
    responseHeaders: [],
    sent: null,
  })
}

async function exportFrom(room: Room): Promise<ExportedNotification[]> {
  const text = await (await room.api('/api/export?format=ndjson')).text()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExportedNotification)
}

/** Without what a store gives of its own. */
function withoutNumbers(lines: ExportedNotification[]) {
  return lines.map(({ notification, ...rest }) => {
    const { seq: _seq, deliveries, ...others } = notification
    const told = deliveries.map(({ id: _id, seq: _its, ...delivered }) => delivered)
    return { ...rest, notification: { ...others, deliveries: told } }
  })
}

const importInto = (room: Room, text: string) =>
  room.api('/api/import', {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/x-ndjson' },
  })

const toLines = (lines: unknown[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

test('what is exported and imported elsewhere is exported again as it was', async () => {
  await using here = await openRoom()
  await using there = await openRoom()
  await fill(here)
  // Other numbers than there.
  await there.capture()
  await there.api('/api/notifications', { method: 'DELETE' })
  const lines = await exportFrom(here)
  const answer = await importInto(there, toLines(lines))

  expect(await answer.json()).toEqual({ imported: 4, skipped: 0 })
  const again = await exportFrom(there)
  expect(again.map(({ notification }) => notification.seq)).toEqual([2, 3, 4, 5])
  expect(withoutNumbers(again)).toEqual(withoutNumbers(lines))
  expect(again[1]?.bodyBase64).toBe(Buffer.from([0, 255, 254, 10, 13, 128]).toString('base64'))
  expect(again[3]?.notification.deliveries).toHaveLength(2)
})

test('an export of 0.1, which names no channel, gets it from the target of each delivery', async () => {
  await using here = await openRoom()
  await using there = await openRoom()
  const { seq } = await here.capture()
  const stream = { channel: 'stream', target: 'nats://nats.example.com:4222' } as const
  for (const one of [delivery, { ...delivery, ...stream }]) {
    await here.store.beginDelivery({ ...one, id: here.store.nextDeliveryId(), seq })
  }
  const lines = await exportFrom(here)
  const old = lines.map(({ notification, ...rest }) => ({
    ...rest,
    notification: {
      ...notification,
      deliveries: notification.deliveries.map(({ channel: _channel, ...others }) => others),
    },
  }))

  await importInto(there, toLines(old))

  const [again] = await exportFrom(there)
  expect(again?.notification.deliveries.map(({ channel, target }) => [channel, target])).toEqual([
    ['app', delivery.target],
    ['stream', stream.target],
  ])
})

test('the same file again changes nothing: all are skipped', async () => {
  await using room = await openRoom()
  await fill(room)
  const lines = await exportFrom(room)
  const answer = await importInto(room, toLines(lines))

  expect(await answer.json()).toEqual({ imported: 0, skipped: 4 })
  expect(await exportFrom(room)).toEqual(lines)
})

test('twins stay two, and the second names the first by its new number', async () => {
  await using here = await openRoom()
  await using there = await openRoom()
  const first = await here.capture()
  await here.capture({ cloudEvent: first.cloudEvent, body: Buffer.from('{}') })
  await there.capture()
  await importInto(there, toLines(await exportFrom(here)))

  const numbers = (await exportFrom(there)).map(({ notification }) => [notification.seq, notification.twinOf])
  expect(numbers).toEqual([
    [1, null],
    [2, null],
    [3, 2],
  ])
})

test('an import of more than 1 MiB delivers nothing, and has open inspectors fetch once', async () => {
  await using here = await openRoom()
  await using there = await openRoom()
  for (let count = 0; count < 5; count++) await here.capture({ body: Buffer.alloc(512 * 1024, 0x20) })
  const reader = await there.read()
  const answer = await importInto(there, toLines(await exportFrom(here)))

  expect(await answer.json()).toEqual({ imported: 5, skipped: 0 })
  const [, told] = await reader.until(2)
  expect(told).toEqual({ type: 'lagged', after: 0, lastSeq: 5 })
  expect(there.store.counts()).toEqual({ notifications: 5, deliveries: 0, waiting: 0 })
})

test('a page of 450 is exported whole, and in order', async () => {
  await using room = await openRoom()
  await Promise.all(Array.from({ length: 450 }, () => room.capture()))
  const lines = await exportFrom(room)

  expect(lines.map(({ notification }) => notification.seq)).toEqual(
    Array.from({ length: 450 }, (_, index) => index + 1),
  )
})

test('an empty store exports nothing, and nothing is imported', async () => {
  await using room = await openRoom()

  expect(await (await room.api('/api/export?format=ndjson')).text()).toBe('')
  expect(await (await importInto(room, '')).json()).toEqual({ imported: 0, skipped: 0 })
  expect(await (await importInto(room, '\n\n')).json()).toEqual({ imported: 0, skipped: 0 })
})

describe('what is no export is refused with its line', () => {
  test.each([
    ['no JSON', 'hello\n', 1],
    ['JSON of something else', '{"a":1}\n', 1],
    ['another version', '{"version":2,"notification":{},"bodyBase64":""}\n', 1],
    ['null', 'null\n', 1],
    ['after empty lines', '\n\n{}\n', 3],
  ])('%s', async (_what, text, line) => {
    await using room = await openRoom()
    const answer = await importInto(room, text)

    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({
      error: {
        code: 'FIC_DEV_E_IMPORT_INVALID',
        message: expect.stringMatching(new RegExp(`^Line ${line} is not an exported notification: `)),
        hint: expect.any(String),
      },
    })
    expect(room.store.counts().notifications).toBe(0)
  })

  test.each([
    ['an unknown kind', { kind: 'odd' }],
    ['a time that is none', { receivedAt: '2026-99-99T99:99:99.000Z' }],
    ['a header of three', { headers: [['a', 'b', 'c']] }],
    ['an id that is a list', { ids: [[]] }],
    ['a delivery without its target', { deliveries: [{ ...delivery, target: undefined }] }],
    ['a delivery with an unknown channel', { deliveries: [{ ...delivery, channel: 'odd' }] }],
    ['a delivery with an unknown verdict', { deliveries: [{ ...delivery, verdict: 'odd' }] }],
  ])('%s', async (_what, changes) => {
    await using room = await openRoom()
    await room.capture()
    const [line] = await exportFrom(room)
    await room.api('/api/notifications', { method: 'DELETE' })
    const answer = await importInto(
      room,
      toLines([{ ...line, notification: { ...line?.notification, ...changes } }]),
    )

    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'FIC_DEV_E_IMPORT_INVALID' } })
    expect(room.store.counts().notifications).toBe(0)
  })
})

test('an export of an unknown format is refused', async () => {
  await using room = await openRoom()

  expect((await room.api('/api/export?format=xml')).status).toBe(400)
  expect((await room.api('/api/export')).status).toBe(400)
})

/** The members that HAR 1.2 demands, by the specification of the format. */
const required = {
  log: ['version', 'creator', 'entries'],
  entry: ['startedDateTime', 'time', 'request', 'response', 'cache', 'timings'],
  request: ['method', 'url', 'httpVersion', 'cookies', 'headers', 'queryString', 'headersSize', 'bodySize'],
  response: [
    'status',
    'statusText',
    'httpVersion',
    'cookies',
    'headers',
    'content',
    'redirectURL',
    'headersSize',
    'bodySize',
  ],
  content: ['size', 'mimeType'],
  timings: ['send', 'wait', 'receive'],
}

test('HAR holds what came in and each delivery, with every member that HAR 1.2 demands', async () => {
  await using room = await openRoom()
  await fill(room)
  const { log } = (await room.json('/api/export?format=har')) as { log: Record<string, unknown> }
  const entries = log['entries'] as Record<'request' | 'response' | 'timings', Record<string, unknown>>[]

  expect(Object.keys(log)).toEqual(expect.arrayContaining(required.log))
  expect(log).toMatchObject({ version: '1.2', creator: { name: 'fic-dev', version: '0.0.0' } })
  expect(entries).toHaveLength(6)
  for (const entry of entries) {
    expect(Object.keys(entry)).toEqual(expect.arrayContaining(required.entry))
    expect(Object.keys(entry.request)).toEqual(expect.arrayContaining(required.request))
    expect(Object.keys(entry.response)).toEqual(expect.arrayContaining(required.response))
    expect(Object.keys(entry.response['content'] as object)).toEqual(expect.arrayContaining(required.content))
    expect(Object.keys(entry.timings)).toEqual(expect.arrayContaining(required.timings))
  }
  expect(entries[0]?.request).toMatchObject({
    method: 'POST',
    headers: expect.arrayContaining([{ name: 'x-B', value: '1' }]),
    postData: { mimeType: 'application/octet-stream', text: '{"data":{"ids":["è \u{1f600}", 1]}}\r\n' },
  })
  expect(entries[1]?.request).toMatchObject({ bodySize: 6 })
  expect(entries[2]?.request).toMatchObject({
    method: 'GET',
    queryString: [{ name: 'x-fic-verification-challenge', value: 'abc' }],
  })
  expect(entries[4]).toMatchObject({
    startedDateTime: '2026-03-01T12:00:10.123Z',
    time: 12.25,
    request: { url: delivery.target, postData: { text: '{"data":{"ids":["x"]}}' } },
    response: { status: 503, content: { text: '<h1>è</h1>' } },
  })
  expect(entries[5]).toMatchObject({ response: { status: 0, _error: 'connection refused' } })
})
