/** How a request ends: every way in which a target can misbehave, and what is told of it. */

import { expect, onTestFinished, test } from 'vitest'
import { createSender, type SendResult } from '../../src/delivery/send.ts'
import { startRawTarget } from '../support/raw-target.ts'
import { startTarget } from '../support/target.ts'

const patienceMs = 10_000
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

function testSender() {
  const sender = createSender({ maxSockets: 1, insecure: false })
  onTestFinished(() => sender.close())
  const send = (url: string, timeoutMs = patienceMs): Promise<SendResult> =>
    sender.send({ method: 'POST', url: new URL(url), headers: [], body: Buffer.from('{}') }, { timeoutMs })
  return send
}

test('an answer is told with its headers as they came and its body', async () => {
  const target = await startRawTarget((socket) =>
    socket.write(
      'HTTP/1.1 201 Made\r\nX-Two: a\r\nx-two: b\r\nContent-Length: 6\r\n\r\ncitt\u00C3\u00A0',
      'latin1',
    ),
  )

  expect(await testSender()(target.url)).toEqual({
    status: 201,
    error: null,
    errorCode: null,
    headers: [
      ['X-Two', 'a'],
      ['x-two', 'b'],
      ['Content-Length', '6'],
    ],
    body: 'città',
    durationMs: expect.any(Number),
    isStale: false,
    wasSent: true,
  })
})

test('a port on which nothing listens is refused', async () => {
  const gone = await startTarget()
  await gone.close()

  expect(await testSender()(gone.url)).toMatchObject({
    status: null,
    error: 'connection refused',
    errorCode: 'ECONNREFUSED',
    wasSent: false,
  })
})

test('a host name that does not exist is told, and is not taken for a refusal', async () => {
  expect(await testSender()('http://nobody.invalid/')).toMatchObject({
    status: null,
    error: expect.stringMatching(/host (was not found|could not be looked up)/),
    errorCode: expect.stringMatching(/^E(?:NOTFOUND|AI_AGAIN)$/),
    wasSent: false,
  })
})

test.for<[name: string, answer: Parameters<typeof startRawTarget>[0], error: RegExp]>([
  ['resets the connection', (socket) => void socket.resetAndDestroy(), /closed without an answer/],
  ['closes the connection', (socket) => void socket.end(), /closed without an answer|socket hang up/],
  [
    'stops in the middle of its answer',
    (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
    /closed in the middle of the answer/,
  ],
  ['does not speak HTTP', (socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n'), /not HTTP/],
  [
    'answers with a broken header',
    (socket) => void socket.end('HTTP/1.1 200 OK\r\nA\0: b\r\n\r\n'),
    /not HTTP/,
  ],
])('a target that %s gave no answer', async ([, answer, error]) => {
  const target = await startRawTarget(answer)

  expect(await testSender()(target.url)).toMatchObject({
    status: null,
    error: expect.stringMatching(error),
    body: null,
    wasSent: true,
  })
  expect(target.requests).toHaveLength(1)
})

test('a target that says nothing has its time, and no more', async () => {
  const target = await startRawTarget(() => {})

  expect(await testSender()(target.url, 50)).toMatchObject({ status: null, error: 'no answer within 0.05 s' })
})

test('an answer whose body never ends counts by its status once its time is over', async () => {
  const target = await startRawTarget((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n')
  })

  expect(await testSender()(target.url, 100)).toMatchObject({
    status: 200,
    error: 'the body of the answer had not ended after 0.1 s',
    body: 'ok',
  })
})

test('of a 10 MB answer the first 64 KiB are kept, and the connection can be used again', async () => {
  const size = 10 * 1024 * 1024
  const target = await startRawTarget((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
    socket.write(Buffer.alloc(size, 'x'))
  })
  const send = testSender()

  const first = await send(target.url)
  await send(target.url)

  expect(first).toMatchObject({ status: 200, error: null })
  expect(first.body).toBe('x'.repeat(64 * 1024))
  expect(target.requests.map(({ connection }) => connection)).toEqual([1, 1])
})

test('a kept connection that is reset says nothing about the target; a fresh one is used on request', async () => {
  const target = await startRawTarget((socket, number) => {
    if (number === 2) socket.resetAndDestroy()
    else socket.write(ok)
  })
  const sender = createSender({ maxSockets: 1, insecure: false })
  onTestFinished(() => sender.close())
  const request = { method: 'POST', url: new URL(target.url), headers: [], body: Buffer.from('{}') }
  const options = { timeoutMs: patienceMs }
  await sender.send(request, options)

  expect(await sender.send(request, options)).toMatchObject({
    status: null,
    error: 'the connection was closed without an answer',
    isStale: true,
  })
  await sender.send(request, options)
  expect(await sender.send(request, { ...options, isFresh: true })).toMatchObject({
    status: 200,
    isStale: false,
  })
  expect(target.requests.map(({ connection }) => connection)).toEqual([1, 1, 2, 3])
})

test('bytes on an idle connection are not the answer to the next request', async () => {
  let tellClosed = () => {}
  const closed = new Promise<void>((resolve) => (tellClosed = resolve))
  const target = await startRawTarget((socket, number) => {
    socket.write(ok)
    if (number > 1) return
    socket.on('close', () => tellClosed())
    setImmediate(() => socket.write('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n'))
  })
  const send = testSender()
  await send(target.url)
  await closed

  expect(await send(target.url)).toMatchObject({ status: 200, body: 'ok' })
})

test('no redirect is followed', async () => {
  await using elsewhere = await startTarget()
  const target = await startRawTarget((socket) =>
    socket.write(`HTTP/1.1 302 Found\r\nLocation: ${elsewhere.url}\r\nContent-Length: 0\r\n\r\n`),
  )

  expect(await testSender()(target.url)).toMatchObject({ status: 302 })
  expect(elsewhere.received).toEqual([])
})

test('102 and nothing after it is an answer: Fatture in Cloud counts it as delivered', async () => {
  const target = await startRawTarget((socket) => socket.end('HTTP/1.1 102 Processing\r\n\r\n'))

  expect(await testSender()(target.url)).toMatchObject({ status: 102, error: null })
})

test('102 before the answer is not the answer', async () => {
  const target = await startRawTarget((socket) => socket.write(`HTTP/1.1 102 Processing\r\n\r\n${ok}`))

  expect(await testSender()(target.url)).toMatchObject({ status: 200, body: 'ok' })
})

test('a header that cannot be sent is told, and nothing is sent', async () => {
  await using target = await startTarget()
  const sender = createSender({ maxSockets: 1, insecure: false })
  onTestFinished(() => sender.close())

  const result = await sender.send(
    {
      method: 'POST',
      url: new URL(target.url),
      headers: [['X-A', 'one\r\nX-B: two']],
      body: Buffer.alloc(0),
    },
    { timeoutMs: patienceMs },
  )

  expect(result).toMatchObject({ status: null, error: expect.stringContaining('X-A') })
  expect(target.received).toEqual([])
})
