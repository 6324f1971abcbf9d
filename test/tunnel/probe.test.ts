import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'

import { createProbe, ficUserAgent } from '../../src/tunnel/probe.ts'

const key = Buffer.from('a key')
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(
    () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(done)
      }),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`
}

const nonceOf = (url: string | undefined) => url?.split('/').at(-1) ?? ''

describe('a probe', () => {
  test('is ok when our own sink gives the HMAC-SHA256 of its nonce', async () => {
    const paths: string[] = []
    const sink = await serve((request, response) => {
      paths.push(request.url ?? '')
      response.end(createHmac('sha256', key).update(nonceOf(request.url)).digest('hex'))
    })
    const outcome = await createProbe(key).send(sink)
    expect(outcome).toEqual({ outcome: 'ok', ms: expect.any(Number) })
    expect(paths).toEqual([expect.stringMatching(/^\/secret\/probe\/[0-9a-f]{32}$/)])
  })

  test('has its nonce answered once, and only while it is on its way', async () => {
    const probe = createProbe(key)
    const answers: (string | null)[] = []
    let nonce = ''
    const sink = await serve((request, response) => {
      nonce = nonceOf(request.url)
      answers.push(probe.answer(nonce), probe.answer(nonce))
      response.end(answers[0])
    })
    await probe.send(sink)
    expect(answers).toEqual([createHmac('sha256', key).update(nonce).digest('hex'), null])
    expect(probe.answer(nonce)).toBeNull()
  })

  test('does not answer a nonce that was never sent', () => {
    expect(createProbe(key).answer('0123456789abcdef0123456789abcdef')).toBeNull()
  })

  test('forgets the nonce of a request that was not answered', async () => {
    const probe = createProbe(key)
    let nonce = ''
    const sink = await serve((request, response) => {
      nonce = nonceOf(request.url)
      response.writeHead(502).end()
    })
    await probe.send(sink)
    expect(probe.answer(nonce)).toBeNull()
  })

  test('notices another fic-dev behind the address by its foreign HMAC', async () => {
    const sink = await serve((request, response) => {
      response.end(createHmac('sha256', 'another key').update(nonceOf(request.url)).digest('hex'))
    })
    expect(await createProbe(key).send(sink)).toEqual({
      outcome: 'failed',
      reason: 'Another fic-dev answers at this address.',
    })
  })

  test('says what came instead of the answer', async () => {
    const outcomes = []
    for (const [status, headers, body] of [
      [404, {}, '404'],
      [502, { 'content-type': 'text/html; charset=utf-8' }, '<h1>Bad gateway</h1>'],
      [200, { 'content-type': 'text/html' }, '<h1>Click to continue</h1>'],
      [302, { location: 'https://login.example/secret/x' }, ''],
    ] as const) {
      const sink = await serve((_request, response) => response.writeHead(status, headers).end(body))
      outcomes.push(await createProbe(key).send(sink))
    }
    expect(outcomes).toEqual([
      { outcome: 'failed', reason: 'The answer was 404 Not Found.' },
      { outcome: 'failed', reason: 'The answer was 502 Bad Gateway, with a web page.' },
      { outcome: 'failed', reason: 'Something else answers at this address, with a web page.' },
      { outcome: 'failed', reason: 'It was redirected (302) to https://login.example.' },
    ])
  })

  test('reads no more of an endless answer than it needs', async () => {
    const sink = await serve((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more)
      }
      more()
    })
    expect((await createProbe(key).send(sink)).outcome).toBe('failed')
  })

  test('fails after its time-out when the connection stands but nothing comes', async () => {
    const sink = await serve(() => {})
    const outcome = await createProbe(key).send(sink, { timeoutMs: 100 })
    expect(outcome).toEqual({ outcome: 'failed', reason: 'No answer within 0.1 s.' })
  })

  test('fails when the connection is refused', async () => {
    const sink = await serve(() => {})
    await closers.pop()?.()
    const outcome = await createProbe(key).send(sink)
    expect(outcome).toEqual({ outcome: 'failed', reason: expect.stringContaining('ECONNREFUSED') })
  })

  test('is unknown, not failed, when the name cannot be resolved here', async () => {
    const outcome = await createProbe(key).send('https://nobody.invalid/secret')
    expect(outcome).toEqual({ outcome: 'unknown', reason: expect.stringContaining('nobody.invalid') })
  })

  test('is unknown when a proxy on our side asks for a password', async () => {
    const sink = await serve((_request, response) => response.writeHead(407).end())
    expect((await createProbe(key).send(sink)).outcome).toBe('unknown')
  })

  test('is unknown when it was cancelled', async () => {
    const cancel = new AbortController()
    const sink = await serve(() => cancel.abort())
    const outcome = await createProbe(key).send(sink, { signal: cancel.signal })
    expect(outcome).toEqual({ outcome: 'unknown', reason: 'The probe was canceled.' })
  })

  test('uses a new connection each time', async () => {
    const ports = new Set<number | undefined>()
    const probe = createProbe(key)
    const sink = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      response.end(probe.answer(nonceOf(request.url)))
    })
    await probe.send(sink)
    await probe.send(sink)
    expect(ports.size).toBe(2)
  })

  test('as Fatture in Cloud asks carries its User-Agent and nothing that passes a reminder page', async () => {
    const seen: object[] = []
    const sink = await serve((request, response) => {
      const { 'user-agent': userAgent, 'bypass-tunnel-reminder': bypass } = request.headers
      seen.push({ userAgent, bypass })
      response.end()
    })
    await createProbe(key).send(sink)
    await createProbe(key).send(sink, { userAgent: ficUserAgent })
    expect(seen).toEqual([
      { userAgent: 'fic-dev', bypass: 'yes' },
      { userAgent: 'FattureInCloud/API-WEBHOOK', bypass: undefined },
    ])
  })

  test('reaches names below localhost, whatever the resolver knows', async () => {
    const probe = createProbe(key)
    const sink = await serve((request, response) => response.end(probe.answer(nonceOf(request.url))))
    const outcome = await probe.send(sink.replace('127.0.0.1', 'shop.tunnel.localhost'))
    expect(outcome.outcome).toBe('ok')
  })
})
