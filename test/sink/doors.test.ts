/** What is not a notification at all: other methods, other paths, bytes that are not HTTP. Counted, never kept. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { oneId, openHouse, type House } from '../support/house.ts'
import { ask, toRequest } from '../support/wire.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

const host = ['Host: brave-otter.example.com', 'Connection: close']

/** What the request does to the counts, by name. */
async function countsAfter(bytes: Buffer | string) {
  const before = await house.counts()
  const answer = await ask(house.port, bytes)
  const after = await house.counts()
  const names = Object.keys(after) as (keyof typeof after)[]
  return { answer, changed: names.filter((name) => after[name] !== before[name]) }
}

test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'PURGE', 'M-SEARCH', 'QUERY'])(
  '%s on the secret path is answered 405 and counted',
  async (method) => {
    const { answer, changed } = await countsAfter(toRequest(`${method} ${house.path}`, host))

    expect(answer).toMatchObject({ status: 405, body: '', headers: { allow: 'GET, POST' } })
    expect(changed).toEqual(['wrongMethod'])
  },
)

test.each(['PUT', 'DELETE', 'PROPFIND'])('%s with a body is answered 405 as well', async (method) => {
  const { answer, changed } = await countsAfter(toRequest(`${method} ${house.path}`, host, oneId))

  expect(answer.status).toBe(405)
  expect(changed).toEqual(['wrongMethod'])
})

test('a made-up method is answered 405 and counted', async () => {
  const { answer, changed } = await countsAfter(toRequest(`FATTURA ${house.path}`, host))

  expect(answer).toMatchObject({ status: 405, body: '' })
  expect(changed).toEqual(['wrongMethod'])
})

test.each([
  ['/'],
  ['/favicon.ico'],
  ['/robots.txt'],
  ['/%zz'],
  ['/%'],
  ['/%c0%af'],
  ['//'],
  ['/..'],
  ['*'],
  ['/0123456789abcdef0123456789abcdef'],
  ['/0123456789abcdef0123456789abcdef/probe/x'],
  ['/?x-fic-verification-challenge=abc'],
  [`/${'a'.repeat(2_000)}`],
])('GET %s is answered 404 and counted', async (path) => {
  const { answer, changed } = await countsAfter(toRequest(`GET ${path}`, host))

  expect(answer).toMatchObject({ status: 404, body: '' })
  expect(changed).toEqual(['notFound'])
})

test.each([
  ['with a slash at the end', (path: string) => `${path}/`],
  ['in upper case', (path: string) => path.toUpperCase()],
  ['with one character more', (path: string) => `${path}0`],
  ['with one character less', (path: string) => path.slice(0, -1)],
  ['with a folder before it', (path: string) => `/x${path}`],
  ['with a folder after it', (path: string) => `${path}/probe`],
  ['doubled slash', (path: string) => `/${path}`],
  ['with a bad escape after it', (path: string) => `${path}%zz`],
])('the secret path %s is another path: 404', async (_what, change) => {
  const { answer, changed } = await countsAfter(
    toRequest(`POST ${change(house.path)}`, house.headers(), oneId),
  )

  // A secret of digits only has no upper case.
  if (change(house.path) === house.path) return
  expect(answer.status).toBe(404)
  expect(changed).toEqual(['notFound'])
})

test.each([
  ['a word that is no method', 'hello\r\n\r\n', 405],
  ['a TLS greeting', Buffer.from('16030100a5010000a10303', 'hex'), 405],
  ['HTTP/1.1 without a Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n', 400],
  ['a length that is no number', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400],
  [
    'a length beside chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['headers of 64 KiB', toRequest('GET /', [...host, `X: ${'x'.repeat(64 * 1024)}`]), 431],
  [
    'a token of 1 MiB',
    toRequest('GET /', [...host, `Authorization: Bearer ${'x'.repeat(1024 * 1024)}`]),
    431,
  ],
  ['an expectation that nobody knows', 'POST / HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n', 417],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n', 405],
])('%s is answered, not dropped', async (_what, bytes, status) => {
  expect(await ask(house.port, bytes)).toMatchObject({ status })
})

test('an upgrade is a GET like any other: no websocket is to be had here', async () => {
  const upgrade = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
  const { answer, changed } = await countsAfter(
    toRequest('GET /api/stream', [...upgrade, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']),
  )

  expect(answer.status).toBe(404)
  expect(changed).toEqual(['notFound'])
})

test('nothing of all this is kept', async () => {
  const { captured } = await house.counts()

  expect(captured).toBe(0)
  expect(await (await house.fic.api('/api/notifications')).json()).toEqual({ items: [], nextBefore: null })
})

test('the secret path as an absolute address is the secret path: proxies write it so', async () => {
  const { answer, changed } = await countsAfter(
    toRequest(`POST http://brave-otter.example.com${house.path}`, house.headers(), oneId),
  )

  expect(answer.status).toBe(200)
  expect(changed).toEqual(['captured'])
})
