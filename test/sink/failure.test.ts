/** When we fail ourselves, Fatture in Cloud is told to come again: 503, and the sink goes on. */

import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import type { Notification } from '../../src/contract/notification.ts'
import { createLog } from '../../src/log.ts'
import { createIntake, type IntakeOptions } from '../../src/intake/take.ts'
import { createSink, type SinkParts } from '../../src/sink/server.ts'
import { createProbe } from '../../src/tunnel/probe.ts'
import { binaryHeaders } from '../fic/requests.ts'
import { oneId } from '../support/house.ts'
import { ask, toRequest } from '../support/wire.ts'

const secret = '0123456789abcdef0123456789abcdef'
const event = Object.entries(binaryHeaders).map(([name, value]) => `${name}: ${value}`)
const host = ['Host: x', 'Connection: close']

async function serveSink({ answerProbe, ...parts }: Partial<IntakeOptions & SinkParts>) {
  const lines: string[] = []
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(String(line))
      done()
    },
  })
  const intake = createIntake({
    verify: async () => ({ outcome: 'valid', claims: [], problems: [] }),
    audiences: () => [],
    capture: async () => ({ seq: 1 }) as Notification,
    policy: { respond: 'ack', forwardUnverified: false, dropDuplicates: false, shareTo: null },
    targetsFor: () => [],
    passThrough: async () => null,
    onRelayed: async () => {},
    ...parts,
  })
  const sink = createSink({
    secret,
    take: intake.take,
    answerProbe: answerProbe ?? (() => null),
    log: createLog('info', destination),
  })
  await sink.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = sink.app.server.address() as AddressInfo
  return { ...sink, port, lines, [Symbol.asyncDispose]: () => sink.app.close() }
}

const post = toRequest(`POST /${secret}`, [...host, ...event], oneId)

test.each([
  ['the store rejects', { capture: () => Promise.reject(new Error('disk full')) }],
  [
    'the store throws',
    {
      capture: () => {
        throw new Error('disk full')
      },
    },
  ],
  ['what is thrown is no error', { capture: () => Promise.reject(new Error('disk full', { cause: 1 })) }],
  ['the check of the signature fails', { verify: () => Promise.reject(new Error('disk full')) }],
  [
    'nobody knows the targets',
    {
      targetsFor: () => {
        throw new Error('disk full')
      },
    },
  ],
] satisfies [string, Partial<IntakeOptions>][])('%s: 503, counted, said in the log', async (_what, parts) => {
  await using sink = await serveSink(parts)
  const answer = await ask(sink.port, post)

  expect(answer).toMatchObject({ status: 503, body: '' })
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(sink.counts()).toMatchObject({ captured: 0, failed: 1 })
  expect(sink.lines.join('')).toMatch(/"level":"error".*disk full/)
})

test('a verification that cannot be kept is not answered with its challenge', async () => {
  await using sink = await serveSink({ capture: () => Promise.reject(new Error('locked')) })
  const answer = await ask(sink.port, toRequest(`GET /${secret}?x-fic-verification-challenge=abc`, host))

  expect(answer).toMatchObject({ status: 503, body: '' })
})

test('it goes on as soon as there is room again', async () => {
  let full = true
  await using sink = await serveSink({
    capture: async () => {
      if (full) throw new Error('disk full')
      return { seq: 1 } as Notification
    },
  })

  expect((await ask(sink.port, post)).status).toBe(503)
  full = false
  expect((await ask(sink.port, post)).status).toBe(200)
  expect(sink.counts()).toMatchObject({ captured: 1, failed: 1 })
})

test('the answer waits until the capture is durable', async () => {
  const order: string[] = []
  let release = () => {}
  const durable = new Promise<void>((resolve) => (release = resolve))
  await using sink = await serveSink({
    capture: async () => {
      setImmediate(release)
      await durable
      order.push('durable')
      return { seq: 1 } as Notification
    },
  })
  await ask(sink.port, post).then(() => order.push('answered'))

  expect(order).toEqual(['durable', 'answered'])
})

test('the probe is answered for a nonce that we sent, and only once', async () => {
  const probe = createProbe(Buffer.from('a key of the test'))
  const asked: string[] = []
  await using sink = await serveSink({
    answerProbe: (nonce) => {
      asked.push(nonce)
      return probe.answer(nonce)
    },
  })
  const sinkUrl = `http://127.0.0.1:${sink.port}/${secret}`

  expect(await probe.send(sinkUrl)).toMatchObject({ outcome: 'ok' })
  const [nonce] = asked
  const again = await ask(sink.port, toRequest(`GET /${secret}/probe/${nonce}`, host))
  const madeUp = await ask(sink.port, toRequest(`GET /${secret}/probe/${'0'.repeat(32)}`, host))
  const posted = await ask(sink.port, toRequest(`POST /${secret}/probe/${nonce}`, host))
  expect([again, madeUp, posted].map(({ status, body }) => [status, body])).toEqual([
    [404, ''],
    [404, ''],
    [404, ''],
  ])
  expect(sink.counts()).toMatchObject({ captured: 0, notFound: 3 })
})

test('the probe of another fic-dev at our address is not taken for ours', async () => {
  const ours = createProbe(Buffer.from('our key'))
  const others = createProbe(Buffer.from('another key'))
  await using sink = await serveSink({ answerProbe: others.answer })

  expect(await ours.send(`http://127.0.0.1:${sink.port}/${secret}`)).toMatchObject({ outcome: 'failed' })
  expect(sink.counts()).toMatchObject({ captured: 0 })
})
