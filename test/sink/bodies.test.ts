/** Bodies that are not what they should be: answered, kept byte for byte, and told in words. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oneId, openHouse, withHeader, type House } from '../support/house.ts'
import { ask, openWire, toRequest } from '../support/wire.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

const notUtf8 = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x00, 0x80, 0x22, 0x7d])

describe('a signed event is answered 200 and its body kept as it came', () => {
  test.each([
    ['that is not JSON', Buffer.from('{"data": nonsense'), ['The body is not JSON.']],
    ['that is HTML', Buffer.from('<html></html>'), ['The body is not JSON.']],
    ['that is not UTF-8', notUtf8, ['The body is not UTF-8.']],
    ['with a byte order mark', Buffer.from(`\ufeff${oneId}`), ['The body is not JSON.']],
    ['that is a list', Buffer.from('[1,2]'), ['There are no ids at data.ids of the body.']],
    ['that is null', Buffer.from('null'), ['There are no ids at data.ids of the body.']],
    [
      'with the ids where they do not belong',
      Buffer.from('{"ids":[1]}'),
      ['There are no ids at data.ids of the body.'],
    ],
    ['with odd spacing', Buffer.from('{ "data" :\r\n\t{"ids": [ 1 ] } }\n\n'), []],
  ])('a body %s', async (_what, body, problems) => {
    const { answer, notification } = await house.capture(
      toRequest(`POST ${house.path}`, house.headers(), body),
    )

    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(notification).toMatchObject({
      kind: 'event',
      bodyBytes: body.length,
      problems,
      answer: { status: 200, body: null },
      signature: { outcome: 'valid' },
    })
    const raw = await house.fic.api(`/api/notifications/${notification.seq}/body`)
    expect(Buffer.from(await raw.arrayBuffer())).toEqual(body)
  })

  test.each([
    ['with a length of 0', ['Content-Length: 0']],
    ['without a length', []],
    ['without a content type either', []],
  ])('no body, %s', async (what, more) => {
    const headers = [...house.headers(), ...more]
    const { answer, notification } = await house.capture(
      toRequest(
        `POST ${house.path}`,
        what.includes('content type') ? withHeader(headers, 'Content-Type') : headers,
      ),
    )

    expect(answer.status).toBe(200)
    expect(notification).toMatchObject({
      kind: 'event',
      bodyBytes: 0,
      body: '',
      problems: ['The body is empty.'],
    })
  })

  test.each([
    ['application'],
    ['/'],
    [''],
    ['application/json;'],
    ['application/json; charset=klingon'],
    ['application/json; charset="'],
    [',,,'],
    ['text/plain, application/json'],
    ['multipart/form-data'],
    ['application/x-www-form-urlencoded'],
    ['APPLICATION/JSON'],
    ['__proto__'],
  ])('the content type "%s"', async (contentType) => {
    const headers = withHeader(house.headers(), 'Content-Type', contentType)
    const { answer, notification } = await house.capture(toRequest(`POST ${house.path}`, headers, oneId))

    expect(answer.status).toBe(200)
    expect(notification).toMatchObject({ kind: 'event', body: oneId, ids: [3062300], problems: [] })
    expect(notification.headers).toContainEqual(['Content-Type', contentType])
  })
})

test('a body in chunks is put together and kept', async () => {
  const headers = [...house.headers(), 'Transfer-Encoding: chunked']
  const chunks = '9\r\n{"data":{\r\n10;more=1\r\n"ids":[3062300]}\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n'
  const { answer, notification } = await house.capture(
    Buffer.concat([toRequest(`POST ${house.path}`, headers), Buffer.from(chunks)]),
  )

  expect(answer.status).toBe(200)
  expect(notification).toMatchObject({ body: '{"data":{"ids":[3062300]}}', ids: [3062300] })
})

test('a body of exactly 1 MiB is kept', async () => {
  const body = Buffer.alloc(1024 * 1024, 0x20)
  body.write(oneId)
  const { answer, notification } = await house.capture(toRequest(`POST ${house.path}`, house.headers(), body))

  expect(answer.status).toBe(200)
  expect(notification).toMatchObject({ bodyBytes: 1024 * 1024, ids: [3062300], problems: [] })
})

test('a body that promises 2 MiB is answered 413 before it has come, and only counted', async () => {
  const before = await house.counts()
  using wire = await openWire(house.port)
  wire.send(toRequest(`POST ${house.path}`, [...house.headers(), `Content-Length: ${2 * 1024 * 1024}`]))
  wire.send('{"data":')

  expect(await wire.answer()).toMatchObject({ status: 413, body: '' })
  expect(await house.counts()).toEqual({ ...before, tooLarge: before.tooLarge + 1 })
})

test('chunks without end are answered 413 at the limit, and only counted', async () => {
  const before = await house.counts()
  using wire = await openWire(house.port)
  wire.send(toRequest(`POST ${house.path}`, [...house.headers(), 'Transfer-Encoding: chunked']))
  const chunk = Buffer.concat([Buffer.from('20000\r\n'), Buffer.alloc(0x2_00_00, 0x20), Buffer.from('\r\n')])
  for (let sent = 0; sent <= 1024 * 1024; sent += 0x2_00_00) wire.send(chunk)

  expect(await wire.answer()).toMatchObject({ status: 413, body: '' })
  expect(await house.counts()).toEqual({ ...before, tooLarge: before.tooLarge + 1 })
})

test('a body for a path that is not ours is not even read: 404 at once, whatever its length', async () => {
  const before = await house.counts()
  using wire = await openWire(house.port)
  wire.send(toRequest('POST /somewhere', ['Host: x', `Content-Length: ${2 * 1024 * 1024}`]))

  expect(await wire.answer()).toMatchObject({ status: 404, body: '' })
  expect(await house.counts()).toEqual({ ...before, notFound: before.notFound + 1 })
})

test('after all of this the sink still takes notifications in', async () => {
  const answer = await ask(house.port, toRequest(`POST ${house.path}`, house.headers(), oneId))

  expect(answer).toMatchObject({ status: 200, body: '' })
})
