import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'

import { silentLog } from '../../src/log.ts'
import { findProvider } from '../../src/tunnel/providers.ts'
import { randomSubdomain } from '../../src/store/secrets.ts'
import { createTunnel, type Tunnel, type TunnelOptions } from '../../src/tunnel/supervisor.ts'
import {
  namesPreload,
  publicRequest,
  startLocaltunnelServer,
  type LocaltunnelServer,
} from '../support/localtunnel-server.ts'
import { nextEvent, shortTiming, statusOf } from './parts.ts'
import { freePort } from '../support/ports.ts'
import { sinkPath, startSink, type TestSink } from '../support/sink.ts'

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function startServer(): Promise<LocaltunnelServer> {
  const server = await startLocaltunnelServer()
  closers.push(() => server.stop())
  return server
}

function tunnelTo(sink: TestSink, host: string, options: Partial<TunnelOptions> = {}): Tunnel {
  const tunnel = createTunnel({
    provider: findProvider('localtunnel', { host }),
    port: sink.port,
    sinkPath,
    subdomain: randomSubdomain(),
    probe: sink.probe,
    log: silentLog(),
    timing: shortTiming,
    ...options,
  })
  closers.push(() => tunnel.close())
  return tunnel
}

/** The two parts that most tests need: a server, and a tunnel through it that is up. */
async function startBoth(options: Partial<TunnelOptions> = {}) {
  const [server, sink] = [await startServer(), await startSink()]
  const tunnel = tunnelTo(sink, server.url, options)
  await tunnel.start()
  return { server, sink, tunnel, url: tunnel.publicUrl() ?? '' }
}

const isUp = ({ state }: { state: string }) => state === 'up'

describe('localtunnel', () => {
  test('brings a request to the sink byte for byte, and the answer back', async () => {
    const { url, sink } = await startBoth()
    const body = randomBytes(200_000)
    const answer = await publicRequest(`${url}${sinkPath}?a=%2F&b=%C3%A0`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'ce-id': '198:f059b211', 'x-odd': 'a  b;c="d"' },
      body,
    })
    expect(answer.status).toBe(200)
    expect(answer.body.equals(body)).toBe(true)
    expect(sink.arrivals).toHaveLength(1)
    const [arrival] = sink.arrivals
    expect(arrival).toMatchObject({
      method: 'POST',
      url: `${sinkPath}?a=%2F&b=%C3%A0`,
      headers: {
        host: new URL(url).host,
        'content-type': 'application/json',
        'ce-id': '198:f059b211',
        'x-odd': 'a  b;c="d"',
      },
    })
    expect(arrival?.body.equals(body)).toBe(true)
  })

  test('gives the name that was asked for', async () => {
    const { server, url } = await startBoth({ subdomain: 'my-shop-hooks' })
    expect(url).toBe(server.publicUrl('my-shop-hooks'))
  })

  test('carries 50 requests at once', async () => {
    const { url, sink } = await startBoth()
    const bodies = Array.from({ length: 50 }, (_, index) => `notification ${index}`)
    const answers = await Promise.all(
      bodies.map((body) => publicRequest(`${url}${sinkPath}`, { method: 'POST', body })),
    )
    expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual(
      bodies.map((body) => [200, body]),
    )
    expect(sink.arrivals.map(({ body }) => body.toString()).toSorted()).toEqual(bodies.toSorted())
  })

  test('connects to the sink by 127.0.0.1, where alone it listens', async () => {
    const { url, sink } = await startBoth()
    const addresses = new Set<string | undefined>()
    sink.server.on('request', (request: IncomingMessage) => addresses.add(request.socket.remoteAddress))
    await publicRequest(`${url}/`)
    expect([...addresses]).toEqual(['127.0.0.1'])
  })

  test('is reached by any process that was started with the preload of names', async () => {
    const { url } = await startBoth()
    const child = spawn(
      process.execPath,
      ['-e', `fetch('${url}/', { method: 'POST', body: 'hello' }).then((r) => r.text()).then(console.log)`],
      { env: { NODE_OPTIONS: `--require=${namesPreload}` }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const exited = once(child, 'exit')
    const said = await child.stdout.toArray()
    expect([Buffer.concat(said).toString(), (await exited)[0]]).toEqual(['hello\n', 0])
  })
})

describe('the 408 trap', () => {
  const short = { connectionsCheckingInterval: 50 }
  const calm = { ...shortTiming, probeIntervalMs: 3_600_000 }

  test('12 requests after idling are all answered 200 by a sink without header time-out', async () => {
    const [server, sink] = [await startServer(), await startSink({ http: { ...short, headersTimeout: 0 } })]
    const tunnel = tunnelTo(sink, server.url, { timing: calm })
    await tunnel.start()
    await sleep(1_000) // Idling is what this is about: twenty rounds of the server's check.
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        publicRequest(`${tunnel.publicUrl()}/`, { method: 'POST', body: 'x' }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200))
  })

  test('a sink with header time-out answers idle connections, and the probe sees the harm', async () => {
    const [server, sink] = [await startServer(), await startSink({ http: { ...short, headersTimeout: 100 } })]
    let timedOut = 0
    const allTimedOut = new Promise<void>((done) => {
      sink.server.on('clientError', () => {
        timedOut += 1
        if (timedOut === 8) done()
      })
    })
    const tunnel = tunnelTo(sink, server.url, { timing: calm })
    await tunnel.start()
    await allTimedOut
    // The client opens a new connection for each that was closed, so one probe may meet a fresh one.
    await expect.poll(async () => (await tunnel.probeNow()).outcome).toBe('failed')
  })
})

describe('a localtunnel server that fails', () => {
  test('killed and started again, has the same address again without a person', async () => {
    const { server, sink, tunnel, url } = await startBoth()
    const lost = nextEvent(tunnel, 'down')
    await server.stop()
    expect((await lost).publicUrl).toBe(url)
    await server.restart()
    await statusOf(tunnel, isUp)
    expect(tunnel.publicUrl()).toBe(url)
    const answer = await publicRequest(`${url}/`, { method: 'POST', body: 'after' })
    expect([answer.status, sink.arrivals.at(-1)?.body.toString()]).toEqual([200, 'after'])
  })

  test('restarted so fast that only the connections are lost, has the same address again', async () => {
    const { server, tunnel, url } = await startBoth()
    const lost = nextEvent(tunnel, 'down')
    await server.restart()
    await lost
    await statusOf(tunnel, isUp)
    expect(tunnel.publicUrl()).toBe(url)
  })

  test('silent with its connections open, is seen by time-outs and mended when it speaks again', async () => {
    const { server, tunnel, url } = await startBoth({ timing: { ...shortTiming, probeTimeoutMs: 200 } })
    const lost = nextEvent(tunnel, 'down')
    server.suspend()
    expect((await lost).detail).toMatch(/^No answer within 0\.2 s\./)
    server.resume()
    await statusOf(tunnel, isUp)
    expect(tunnel.publicUrl()).toBe(url)
  })
})

describe('the name', () => {
  test('in use by somebody else is not exchanged for another in silence', async () => {
    const [server, sink] = [await startServer(), await startSink()]
    const squatter = await server.squat('my-shop-hooks')
    const tunnel = tunnelTo(sink, server.url, {
      subdomain: 'my-shop-hooks',
      timing: { ...shortTiming, openingLimitMs: 4_000 },
    })
    await expect(tunnel.start()).rejects.toMatchObject({
      code: 'FIC_DEV_E_TUNNEL_FAILED',
      message: expect.stringContaining('The name "my-shop-hooks" is in use by another tunnel'),
    })
    squatter.release()
  })

  test('is ours when the other gives it back', async () => {
    const [server, sink] = [await startServer(), await startSink()]
    const squatter = await server.squat('my-shop-hooks')
    const tunnel = tunnelTo(sink, server.url, { subdomain: 'my-shop-hooks' })
    const started = tunnel.start()
    await statusOf(tunnel, ({ detail }) => detail?.includes('in use') ?? false)
    squatter.release()
    await started
    expect(tunnel.publicUrl()).toBe(server.publicUrl('my-shop-hooks'))
  })

  test('is ours again when the tunnel is closed and another opened at once', async () => {
    const { server, sink, tunnel, url } = await startBoth({ subdomain: 'my-shop-hooks' })
    await tunnel.close()
    const next = tunnelTo(sink, server.url, { subdomain: 'my-shop-hooks' })
    await next.start()
    expect(next.publicUrl()).toBe(url)
  })
})

describe('start fails with a clear reason when the server', () => {
  const timing = { ...shortTiming, openTimeoutMs: 2_500, openingLimitMs: 8_000, releaseMs: 10 }

  async function failureAt(host: string): Promise<unknown> {
    const sink = await startSink()
    return tunnelTo(sink, host, { timing })
      .start()
      .catch((error: unknown) => error)
  }

  const answers: [string, RequestListener, string][] = [
    ['answers 502', (_request, response) => response.writeHead(502).end(), 'it answers 502 Bad Gateway'],
    [
      'answers 503',
      (_request, response) => response.writeHead(503).end(),
      'it answers 503 Service Unavailable',
    ],
    [
      'answers with a page',
      (_request, response) => response.setHeader('content-type', 'text/html').end('<h1>Hello</h1>'),
      'the server at this address is not a localtunnel server',
    ],
    [
      'answers {}',
      (_request, response) => response.setHeader('content-type', 'application/json').end('{}'),
      'the server at this address is not a localtunnel server',
    ],
    [
      'redirects',
      (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      'it answers 302 Found',
    ],
    ['says nothing', () => {}, 'it does not answer'],
  ]

  /** All at once: each takes as long as the limit. */
  let failures: Promise<Map<string, { host: string; failure: unknown }>> | null = null

  async function failEach() {
    const failed = answers.map(async ([name, listener]) => {
      const api = createServer(listener).listen(0, '127.0.0.1')
      await once(api, 'listening')
      closers.push(async () => {
        api.closeAllConnections()
        await new Promise((done) => api.close(done))
      })
      const host = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
      return [name, { host, failure: await failureAt(host) }] as const
    })
    const nowhere = `http://127.0.0.1:${await freePort()}`
    const unreached = failureAt(nowhere).then(
      (failure) => ['is not there', { host: nowhere, failure }] as const,
    )
    return new Map(await Promise.all([...failed, unreached]))
  }

  test.each(answers)('%s', async (name, _listener, reason) => {
    const { host, failure } = (await (failures ??= failEach())).get(name) ?? {}
    expect(failure).toMatchObject({
      code: 'FIC_DEV_E_TUNNEL_FAILED',
      message: expect.stringMatching(
        new RegExp(
          `^localtunnel gave no working tunnel in .+ within 8 s\\. ${host} gave no tunnel: ${reason}\\.$`,
        ),
      ),
      hint: expect.stringContaining('--emulator'),
    })
  })

  test('is not there', async () => {
    const { failure } = (await (failures ??= failEach())).get('is not there') ?? {}
    expect(failure).toMatchObject({
      message: expect.stringMatching(/gave no tunnel: (connect ECONNREFUSED|connection refused)/),
    })
  })
})
