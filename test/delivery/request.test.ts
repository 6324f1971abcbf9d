/** What goes over the wire to the target, byte for byte. */

import { expect, test } from 'vitest'
import type { HeaderPair } from '../../src/contract/notification.ts'
import { startRawTarget } from '../support/raw-target.ts'
import { openDelivery } from './parts.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

/** The header lines that the target gets for captured headers. */
async function deliveredHeaders(headers: HeaderPair[], configured: Record<string, string> = {}) {
  const target = await startRawTarget((socket) => socket.write(ok))
  const { capture, deliverer, until } = await openDelivery([{ url: target.url, headers: configured }])
  await deliverer.start()
  await capture({ headers })
  await until(({ verdict }) => verdict === 'delivered')
  const lines = target.requests[0]?.lines.slice(1) ?? []
  return lines.filter((line) => !line.startsWith('Host: '))
}

const ours = ['x-forwarded-proto: https', 'x-forwarded-host: brave-otter.example.com']
const counted = ['x-fic-dev-notification: 1', 'x-fic-dev-attempt: 1']
const connection = ['Content-Length: 26', 'Connection: keep-alive']

test('the request line, the host and the body are as they must be', async () => {
  const target = await startRawTarget((socket) => socket.write(ok))
  const { capture, deliverer, until } = await openDelivery([`${target.url}?a=b`])
  await deliverer.start()
  const body = Buffer.from([0x00, 0xff, 0xc3, 0x28, 0x0d, 0x0a])
  await capture({ headers: [['Host', 'brave-otter.example.com']], body })
  await until(({ verdict }) => verdict === 'delivered')

  const { text, lines } = target.requests[0] ?? { text: '', lines: [] }
  expect(lines.slice(0, 2)).toEqual(['POST /webhooks?a=b HTTP/1.1', `Host: 127.0.0.1:${target.port}`])
  expect(Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1').equals(body)).toBe(true)
})

test('captured headers go out in their case and order, repeated ones too', async () => {
  const captured: HeaderPair[] = [
    ['X-Two', 'first'],
    ['Authorization', 'Bearer a.b.c'],
    ['x-two', 'second'],
    ['X-TWO', ''],
    ['ce-ID', '198:f059b211'],
    ['X-Latin', 'caff\u00E8'],
    ['Content-Type', 'application/json'],
  ]

  expect(await deliveredHeaders(captured)).toEqual([
    ...captured.map(([name, value]) => `${name}: ${value}`),
    ...ours,
    ...counted,
    ...connection,
  ])
})

test('headers of one hop stay behind, and so does what Connection names', async () => {
  const captured: HeaderPair[] = [
    ['Connection', 'close, X-Hop'],
    ['connection', ' x-other '],
    ['X-Hop', '1'],
    ['x-OTHER', '2'],
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Authenticate', 'Basic'],
    ['Proxy-Authorization', 'Basic eDp5'],
    ['Proxy-Connection', 'keep-alive'],
    ['TE', 'trailers'],
    ['Trailer', 'X-End'],
    ['Transfer-Encoding', 'chunked'],
    ['Upgrade', 'websocket'],
    ['Expect', '100-continue'],
    ['Content-Length', '999'],
    ['X-Stays', '3'],
  ]

  expect(await deliveredHeaders(captured)).toEqual(['X-Stays: 3', ...ours, ...counted, ...connection])
})

test('what a sender claims about us is replaced', async () => {
  const captured: HeaderPair[] = [
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Forwarded-Proto', 'gopher'],
    ['X-Fic-Dev-Replay-Of', 'stays'],
    ['x-fic-dev-attempt', '99'],
  ]

  expect(await deliveredHeaders(captured)).toEqual([
    'X-Fic-Dev-Replay-Of: stays',
    ...ours,
    ...counted,
    ...connection,
  ])
})

test('a notification that is no replay cannot say that it is one', async () => {
  const lines = await deliveredHeaders([['X-Fic-Dev-Replay', '1']])

  expect(lines.filter((line) => /^x-fic-dev-replay:/i.test(line))).toEqual([])
})

test('configured headers are added, and replace captured ones whatever their case', async () => {
  const lines = await deliveredHeaders([['authorization', 'Bearer a.b.c']], {
    'X-Team': 'billing',
    Authorization: 'Basic eDp5',
  })

  expect(lines).toEqual([...ours, ...counted, 'X-Team: billing', 'Authorization: Basic eDp5', ...connection])
})

test('rules that share an address each add their own headers', async () => {
  const target = await startRawTarget((socket) => socket.write(ok))
  const { capture, deliverer, until } = await openDelivery([
    { types: ['products.*'], url: target.url, headers: { 'X-Rule': 'products' } },
    { types: [], url: target.url, headers: { 'X-Rule': 'rest' } },
  ])
  await deliverer.start()
  await capture({ eventType: 'it.fattureincloud.webhooks.products.create' })
  await capture({ eventType: 'it.fattureincloud.webhooks.taxes.create' })
  await until(({ seq, verdict }) => seq === 2 && verdict === 'delivered')
  await deliverer.replay(1, {})

  const rules = target.requests.map(({ lines }) => lines.find((line) => line.startsWith('X-Rule')))
  expect(rules).toEqual(['X-Rule: products', 'X-Rule: rest', 'X-Rule: products'])
})
