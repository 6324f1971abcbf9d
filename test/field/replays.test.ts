/** A replay keeps what the request does not change: bytes of the body, extension attributes, headers, digits. */

import { gzipSync } from 'node:zlib'
import { HTTP, type CloudEvent } from 'cloudevents'
import { describe, expect, test } from 'vitest'
import type { ReplayRequest } from '../../src/contract/api.ts'
import type { HeaderPair } from '../../src/contract/notification.ts'
import { readNotification } from '../../src/fic/read-notification.ts'
import { toPlainMessage } from '../../src/http/body.ts'
import type { Capture } from '../../src/store/notifications.ts'
import { openDelivery } from '../delivery/parts.ts'
import { sampleCapture } from '../support/capture.ts'
import { startTarget } from '../support/target.ts'

/** As intake captures it. */
function captureOf(headers: HeaderPair[], body: string | Buffer): Capture {
  const request = { method: 'POST', path: '/secret', rawHeaders: headers.flat() }
  const bytes = Buffer.from(body)
  const read = readNotification({ ...request, body: toPlainMessage({ headers, body: bytes }).body })
  const { kind, mapping, eventType, company, ids, cloudEvent, problems } = read
  return {
    ...sampleCapture(),
    kind,
    mapping,
    eventType,
    company,
    ids,
    cloudEvent,
    problems,
    headers,
    body: bytes,
  }
}

async function replay(capture: Capture, asked: ReplayRequest) {
  await using target = await startTarget()
  const { store, deliverer } = await openDelivery([target.url])
  const { seq } = await store.capture(capture, { targets: [] })
  const delivery = await deliverer.replay(seq, asked)
  const [request] = target.received
  if (!request) throw new Error('Nothing came.')
  const pairs = request.rawHeaders.flatMap((name, index, all): HeaderPair[] =>
    index % 2 === 0 ? [[name, all[index + 1] ?? '']] : [],
  )
  const isOurs = ([name]: HeaderPair) => /^(host|content-length|connection|x-f.*)$/i.test(name)
  return { delivery, body: request.body.toString(), headers: pairs.filter((pair) => !isOurs(pair)) }
}

const type = 'it.fattureincloud.webhooks.issued_documents.invoices.create'
const binaryHeaders: HeaderPair[] = [
  ['User-Agent', 'FattureInCloud/API-WEBHOOK'],
  ['X-Twice', 'one'],
  ['Ce-Id', '198:f059'],
  ['ce-type', type],
  ['X-TWICE', 'two'],
  ['ce-source', 'https://api-v2.fattureincloud.it'],
  ['ce-subject', 'company:12345'],
  ['ce-time', '2023-04-04T12:54:21+02:00'],
  ['ce-specversion', '1.0'],
  ['ce-traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['ce-partitionkey', 'citt%C3%A0%20%22a%22'],
  ['ce-dataschema', 'https://schema.example/ids'],
  ['content-TYPE', 'application/json; charset=utf-8'],
  ['Authorization', 'Bearer a.b.c'],
]
const binary = (body: string) => captureOf(binaryHeaders, body)

/** Everything that `JSON.parse` and `JSON.stringify` would lose. */
const odd = String.raw`{ "data" : { "z":1.10, "ids":[ 9007199254740993, 1e3, "\u0061b", 7 ], "a":"\/", "z":12345678901234567890, "n":-0 } , "more":[1.0,{}] }`

const attributes = String.raw`"id":"198:f059","type":"${type}","source":"https://api-v2.fattureincloud.it","subject":"company:12345","time":"2023-04-04T12:54:21+02:00","specversion":"1.0"`
const structured = (rest: string) =>
  captureOf([['Content-Type', 'application/cloudevents+json']], `{${attributes},${rest}}`)

describe('other ids', () => {
  test.each<[name: string, body: string, ids: (number | string)[], expected: string]>([
    ['keep the rest of the text', odd, [5], odd.replace('[ 9007199254740993, 1e3, "\\u0061b", 7 ]', '[ 5 ]')],
    [
      'keep the spelling of those that stay',
      odd,
      ['9007199254740993', 1000, 'ab', 8],
      odd.replace(', 7 ]', ', 8 ]'),
    ],
    [
      'are digits beyond 2^53',
      '{"data":{"ids":[1]}}',
      ['9007199254740995', '12'],
      '{"data":{"ids":[9007199254740995,"12"]}}',
    ],
    [
      'keep a string of large digits',
      '{"data":{"ids":["9007199254740993"]}}',
      ['9007199254740993', 2],
      '{"data":{"ids":["9007199254740993",2]}}',
    ],
    [
      'keep one line for each',
      '{\n\t"data": {\n\t\t"ids": [\n\t\t\t1,\n\t\t\t2\n\t\t]\n\t}\n}\n',
      [1, 2, 3],
      '{\n\t"data": {\n\t\t"ids": [\n\t\t\t1,\n\t\t\t2,\n\t\t\t3\n\t\t]\n\t}\n}\n',
    ],
    [
      'are those of the last of two members',
      '{"data":{"ids":[1]},"data":{"ids":[2],"ids":[3]}}',
      [4],
      '{"data":{"ids":[1]},"data":{"ids":[2],"ids":[4]}}',
    ],
    ['are added where there were none', '{"data":{"x":1.0}}', [4], '{"data":{"x":1.0,"ids":[4]}}'],
    ['are added to an empty body', '', [4], '{"data":{"ids":[4]}}'],
    ['are added beside a null', '{"x":1.0,"data":null}', [4], '{"x":1.0,"data":{"ids":[4]}}'],
  ])('%s', async (_name, body, ids, expected) => {
    const replayed = await replay(binary(body), { ids })

    expect(replayed.body).toBe(expected)
    expect(replayed.headers).toEqual(binaryHeaders)
    expect(replayed.delivery.sent?.body).toBe(expected)
  })

  test('cannot be put into a body that is not a JSON object', async () => {
    for (const body of ['{"data":', 'text', '[1]']) {
      await expect(replay(binary(body), { ids: [1] })).rejects.toMatchObject({
        code: 'FIC_DEV_E_REPLAY_UNSIGNABLE',
        message: 'The body of notification 1 is not a JSON object, so its ids cannot be changed.',
      })
    }
  })

  test('are put into a body that came compressed, which goes out as text', async () => {
    const headers: HeaderPair[] = [...binaryHeaders, ['Content-Encoding', 'gzip']]
    const replayed = await replay(captureOf(headers, gzipSync('{"data":{"ids":[1],"x":1.10}}')), { ids: [2] })

    expect(replayed.body).toBe('{"data":{"ids":[2],"x":1.10}}')
    expect(replayed.headers).toEqual(binaryHeaders)
  })
})

describe('another type', () => {
  test('is put in the place of the header, whose case stays', async () => {
    const replayed = await replay(binary(odd), { type: 'taxes.create' })

    expect(replayed.body).toBe(odd)
    expect(replayed.headers).toEqual(
      binaryHeaders.map(([name, value]) => [
        name,
        name === 'ce-type' ? 'it.fattureincloud.webhooks.taxes.create' : value,
      ]),
    )
  })

  test('is put in the place of the member', async () => {
    const rest = '"ext": true ,"data":{"ids":[9007199254740993,1.0]},"dataschema":"x"'
    const replayed = await replay(structured(rest), { type: 'taxes.create' })

    expect(replayed.body).toBe(
      `{${attributes},${rest}}`.replace(type, 'it.fattureincloud.webhooks.taxes.create'),
    )
  })
})

test('other headers stay in their order, with their case and repetitions', async () => {
  const replayed = await replay(binary(odd), {
    headers: { 'user-agent': 'mine', 'x-new': '1', 'CE-traceparent': null },
  })

  expect(replayed.body).toBe(odd)
  expect(replayed.headers).toEqual([
    ['user-agent', 'mine'],
    ...binaryHeaders.slice(1).filter(([name]) => name !== 'ce-traceparent'),
    ['x-new', '1'],
  ])
})

test('the mapping that it has already changes nothing', async () => {
  const { body, headers } = await replay(binary(odd), { mapping: 'binary' })

  expect({ body, headers }).toEqual({ body: odd, headers: binaryHeaders })
})

describe('binary becomes structured', () => {
  test('with extension attributes, datacontenttype and the text of the body', async () => {
    const { body, headers } = await replay(binary(odd), { mapping: 'structured' })

    expect(body).toBe(
      String.raw`{ "id" : "198:f059", "type" : "${type}", "source" : "https://api-v2.fattureincloud.it", "subject" : "company:12345", "time" : "2023-04-04T12:54:21+02:00", "specversion" : "1.0", "traceparent" : "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "partitionkey" : "città \"a\"", "dataschema" : "https://schema.example/ids", "datacontenttype" : "application/json; charset=utf-8",${odd.slice(1)}`,
    )
    expect(headers).toEqual([
      ['User-Agent', 'FattureInCloud/API-WEBHOOK'],
      ['X-Twice', 'one'],
      ['X-TWICE', 'two'],
      ['content-TYPE', 'application/cloudevents+json'],
      ['Authorization', 'Bearer a.b.c'],
    ])
    const event = HTTP.toEvent({ headers: Object.fromEntries(headers), body }) as CloudEvent
    expect(event['partitionkey']).toBe('città "a"')
  })

  test.each<[name: string, contentType: string, body: string | Buffer, expected: string]>([
    [
      'JSON without a member data',
      'application/json',
      '[1.10, 2]',
      '"datacontenttype":"application/json","data":[1.10, 2]',
    ],
    ['text', 'text/plain', 'perché "x"', String.raw`"datacontenttype":"text/plain","data":"perché \"x\""`],
    ['bytes', 'image/png', Buffer.from([0xff, 0]), '"datacontenttype":"image/png","data_base64":"/wA="'],
    [
      'broken JSON',
      'application/json',
      '{"data":',
      '"datacontenttype":"application/json","data_base64":"eyJkYXRhIjo="',
    ],
    ['no body', 'application/json', '', ''],
  ])('%s', async (_name, contentType, body, expected) => {
    const headers = binaryHeaders
      .filter(([name]) => /^ce-(id|type|source|subject|time|specversion)$/i.test(name))
      .concat([['Content-Type', contentType]])
    const replayed = await replay(captureOf(headers, body), { mapping: 'structured' })

    expect(replayed.body).toBe(`{${attributes}${expected === '' ? '' : ','}${expected}}`)
    const back = await replay(captureOf(replayed.headers, replayed.body), { mapping: 'binary' })
    // In the binary mapping, Fatture in Cloud has a member "data" in the body.
    const isList = body.toString().startsWith('[')
    expect(back.body).toBe(isList ? `{"data":${body}}` : body.toString())
    expect(back.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`).toSorted()).toEqual(
      headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`).toSorted(),
    )
  })

  test('an attribute counts before a member of the same name in the body', async () => {
    const { body } = await replay(binary('{"id":5,"data":{"ids":[1]}}'), { mapping: 'structured' })

    expect(body).toMatch(/^\{"id":5,"data":\{"ids":\[1\]\},"id":"198:f059",/)
  })
})

describe('structured becomes binary', () => {
  test('with extension attributes in headers and the rest of the text in the body', async () => {
    const rest = String.raw`"datacontenttype":"application/json; x=1","traceparent":"00-0a","sampled":true,"hops":12345678901234567890,"city":"citt\u00e0 %","none":null,"nested":{"a":1.0},"My_Ext":"x","data": { "ids":[ 9007199254740993 ], "z":1.10 }`
    const { body, headers } = await replay(structured(rest), { mapping: 'binary' })

    expect(body).toBe(
      '{"none":null,"nested":{"a":1.0},"My_Ext":"x","data": { "ids":[ 9007199254740993 ], "z":1.10 }}',
    )
    expect(headers).toEqual([
      ['Content-Type', 'application/json; x=1'],
      ['ce-id', '198:f059'],
      ['ce-type', type],
      ['ce-source', 'https://api-v2.fattureincloud.it'],
      ['ce-subject', 'company:12345'],
      ['ce-time', '2023-04-04T12:54:21+02:00'],
      ['ce-specversion', '1.0'],
      ['ce-traceparent', '00-0a'],
      ['ce-sampled', 'true'],
      ['ce-hops', '12345678901234567890'],
      ['ce-city', 'citt%C3%A0%20%25'],
    ])
  })

  test('and back with the same body', async () => {
    const there = await replay(binary(odd), { mapping: 'structured' })
    const { body } = await replay(captureOf(there.headers, there.body), { mapping: 'binary' })

    expect(body).toBe(odd)
  })

  test('with other ids and another type at once', async () => {
    const { body, headers } = await replay(structured('"ext":"x","data":{"ids":[1],"n":1.0}'), {
      mapping: 'binary',
      ids: [2],
      type: 'taxes.create',
    })

    expect(body).toBe('{"data":{"ids":[2],"n":1.0}}')
    expect(headers).toContainEqual(['ce-type', 'it.fattureincloud.webhooks.taxes.create'])
    expect(headers).toContainEqual(['ce-ext', 'x'])
  })
})

test('a body of one’s own goes out as text, whatever the captured headers say', async () => {
  const headers: HeaderPair[] = [
    ...binaryHeaders.filter(([name]) => !/^content-type$/i.test(name)),
    ['Content-Type', 'application/json; charset=utf-16le'],
    ['Content-Encoding', 'br'],
  ]
  const replayed = await replay(captureOf(headers, '{}'), { body: '{"data":"è"}' })

  expect(replayed.body).toBe('{"data":"è"}')
  expect(replayed.headers).toContainEqual(['Content-Type', 'application/json; charset=utf-8'])
  expect(replayed.headers.map(([name]) => name.toLowerCase())).not.toContain('content-encoding')
})
