/** What a notification can look like: both mappings under either content type, odd attributes, ids, headers. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { subject } from '../support/tokens.ts'
import { invoiceCreated, newId, oneId, openHouse, withHeader, type House } from '../support/house.ts'
import { toRequest } from '../support/wire.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

const send = (headers: readonly string[], body: string) =>
  house.capture(toRequest(`POST ${house.path}`, headers, body))

/** Without the `ce-` headers. */
const plainHeaders = (id: string, contentType: string) =>
  withHeader(house.headers({ id }), 'Content-Type', contentType).filter((line) => !line.startsWith('ce-'))

const structured = (id: string, changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    id,
    source: 'https://api-v2.fattureincloud.it',
    specversion: '1.0',
    type: invoiceCreated,
    subject,
    time: '2023-04-04T10:54:21Z',
    datacontenttype: 'application/json',
    data: { ids: [3062300, 'abc'] },
    ...changes,
  })

describe('the mapping is told from the content, not from the content type', () => {
  test.each([
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents+json; charset=utf-8',
  ])('structured under %s', async (contentType) => {
    const id = newId()
    const { answer, notification } = await send(plainHeaders(id, contentType), structured(id))

    expect(answer.status).toBe(200)
    expect(notification).toMatchObject({
      kind: 'event',
      mapping: 'structured',
      eventType: invoiceCreated,
      company: 12345,
      ids: [3062300, 'abc'],
      cloudEvent: { id, subject, time: '2023-04-04T10:54:21Z' },
      signature: { outcome: 'valid' },
      problems: [],
    })
  })

  test.each([
    ['application/json', []],
    [
      'application/cloudevents+json',
      [
        'The content type "application/cloudevents+json" promises a structured body; the attributes are in headers.',
      ],
    ],
  ])('binary under %s', async (contentType, problems) => {
    const { answer, notification } = await send(
      withHeader(house.headers(), 'Content-Type', contentType),
      oneId,
    )

    expect(answer.status).toBe(200)
    expect(notification).toMatchObject({ mapping: 'binary', ids: [3062300], problems })
    expect(notification.signature.outcome).toBe('valid')
  })

  test('a batch, which Fatture in Cloud never sends, is kept as unknown', async () => {
    const id = newId()
    const headers = plainHeaders(id, 'application/cloudevents-batch+json')
    const { answer, notification } = await send(headers, `[${structured(id)}]`)

    expect(answer.status).toBe(200)
    expect(notification).toMatchObject({ kind: 'unknown', mapping: null, cloudEvent: null, deliveries: [] })
  })
})

describe('ids are kept as they are written', () => {
  test.each([
    ['numbers and strings', '[1,"2","a-b"]', [1, '2', 'a-b'], []],
    ['none', '[]', [], ['There are no ids at data.ids of the body.']],
    [
      'odd entries',
      '[1,1.5,null]',
      [1],
      ['2 entries of data.ids are neither strings nor whole numbers; the first of them: 1.5.'],
    ],
    ['no list', '"7"', [], ['data.ids is "7", not a list.']],
  ])('%s', async (_what, written, ids, problems) => {
    const { answer, notification } = await send(house.headers(), `{"data":{"ids":${written}}}`)

    expect(answer.status).toBe(200)
    expect(notification).toMatchObject({ kind: 'event', ids, problems })
  })

  test('ten thousand of them, as an import from Excel gives', async () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => 3_000_000 + index)
    const { notification } = await send(house.headers(), JSON.stringify({ data: { ids } }))

    expect(notification.ids).toEqual(ids)
  })
})

test('an unknown event type is kept, noted and forwarded like any other', async () => {
  const type = 'it.fattureincloud.webhooks.unicorns.create'
  const { answer, notification } = await send(house.headers({ type }), oneId)

  expect(answer.status).toBe(200)
  expect(notification).toMatchObject({
    kind: 'event',
    eventType: type,
    signature: { outcome: 'valid' },
    problems: [`The event type "${type}" is not among those that Fatture in Cloud documents.`],
  })
  await house.fic.until(
    (message) =>
      message.type === 'delivery' &&
      message.delivery.seq === notification.seq &&
      message.delivery.verdict === 'delivered',
  )
  expect(house.target.received.map(({ headers }) => headers['ce-type'])).toContain(type)
})

test('a welcome with an empty body has no problems', async () => {
  const type = 'it.fattureincloud.webhooks.subscriptions.welcome'
  const { answer, notification } = await send(house.headers({ type }), '')

  expect(answer.status).toBe(200)
  expect(notification).toMatchObject({ kind: 'welcome', ids: [], problems: [] })
})

describe('attributes in headers', () => {
  test.each(['type', 'time', 'subject', 'specversion', 'source', 'id'])(
    'ce-%s missing is told in words',
    async (name) => {
      const { answer, notification } = await send(withHeader(house.headers(), `ce-${name}`), oneId)

      expect(answer.status).toBe(200)
      expect(notification.kind).toBe(name === 'type' ? 'unknown' : 'event')
      expect(notification.problems).toEqual([`The attribute ${name} is missing.`])
      // The token names subject and id, so without them it proves nothing about this notification.
      const proves = !['subject', 'id'].includes(name)
      expect(notification.signature.outcome).toBe(proves ? 'valid' : 'invalid')
    },
  )

  test('all of them missing: kept as unknown', async () => {
    const { answer, notification } = await send(plainHeaders(newId(), 'application/json'), oneId)

    expect(answer.status).toBe(200)
    expect(notification).toMatchObject({ kind: 'unknown', mapping: null, eventType: null, cloudEvent: null })
  })

  test.each([
    ['percent-encoded', 'company%3A12345'],
    ['needlessly, in lower case', '%63ompany%3a12345'],
    ['in quotes', '"company:12345"'],
  ])('are read %s', async (_what, written) => {
    const { notification } = await send(withHeader(house.headers(), 'ce-subject', written), oneId)

    expect(notification).toMatchObject({
      company: 12345,
      cloudEvent: { subject: 'company:12345' },
      signature: { outcome: 'valid' },
    })
    expect(notification.headers).toContainEqual(['ce-subject', written])
  })

  test('that are not UTF-8 are told, not guessed', async () => {
    const { answer, notification } = await send(withHeader(house.headers(), 'ce-source', 'caff%E8'), oneId)

    expect(answer.status).toBe(200)
    expect(notification.problems).toEqual(['The header ce-source is not UTF-8: "caff%E8".'])
  })
})

test('headers are kept in order, in their case, repeated ones one by one', async () => {
  const lines = [
    'x-B: 1',
    'X-a: 2',
    'x-B: 3',
    'Cookie: a=1',
    'Cookie: b=2',
    'Set-Cookie: never',
    'X-Empty:',
    'x-B: 1',
  ]
  const headers = house.headers()
  const { notification } = await send([...lines, ...headers], oneId)

  expect(notification.headers).toEqual(
    [...lines, ...headers, `Content-Length: ${oneId.length}`].map((line) => {
      const [name = '', ...value] = line.split(':')
      return [name, value.join(':').trim()]
    }),
  )
})

test('bytes above ASCII in a header are kept, one character per byte', async () => {
  const { answer, notification } = await send([...house.headers(), 'X-City: Citt\u00e0 \u0085\u00ff'], oneId)

  expect(answer.status).toBe(200)
  expect(notification.headers).toContainEqual(['X-City', 'Citt\u00e0 \u0085\u00ff'])
})
