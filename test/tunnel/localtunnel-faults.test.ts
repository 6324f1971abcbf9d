import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'

import { silentLog } from '../../src/log.ts'
import { findProvider } from '../../src/tunnel/providers.ts'
import { createTunnel, type Tunnel } from '../../src/tunnel/supervisor.ts'
import { startLocaltunnelFront } from '../support/localtunnel-front.ts'
import {
  publicRequest,
  startLocaltunnelServer,
  type LocaltunnelServer,
} from '../support/localtunnel-server.ts'
import { nextEvent, shortTiming, statusOf } from './parts.ts'
import { sinkPath, startSink, type TestSink } from '../support/sink.ts'

async function startServer(): Promise<LocaltunnelServer> {
  const server = await startLocaltunnelServer()
  onTestFinished(() => server.stop())
  return server
}

async function startTunnelTo(sink: TestSink, host: string, timing = {}): Promise<Tunnel> {
  const tunnel = createTunnel({
    provider: findProvider('localtunnel', { host }),
    port: sink.port,
    sinkPath,
    subdomain: 'my-shop-hooks',
    probe: sink.probe,
    log: silentLog(),
    timing: { ...shortTiming, ...timing },
  })
  onTestFinished(() => tunnel.close())
  await tunnel.start()
  return tunnel
}

const isUp = ({ state }: { state: string }) => state === 'up'

test('packets that are swallowed without a word are noticed, and the address is the same afterwards', async () => {
  const [server, sink] = [await startServer(), await startSink()]
  const front = await startLocaltunnelFront(server)
  onTestFinished(() => front.close())
  const tunnel = await startTunnelTo(sink, front.url, { probeTimeoutMs: 1_000, openTimeoutMs: 5_000 })
  const url = tunnel.publicUrl()
  const lost = nextEvent(tunnel, 'down')
  front.swallow()
  expect((await lost).detail).toMatch(/^No answer within 1 s\./)
  expect(front.swallowed()).toBeGreaterThan(0)
  front.pass()
  await statusOf(tunnel, isUp)
  expect(tunnel.publicUrl()).toBe(url)
  const answer = await publicRequest(`${url}/`, { method: 'POST', body: 'after' })
  expect([answer.status, answer.body.toString()]).toEqual([200, 'after'])
})

test('a body of 1 MiB comes through byte for byte, ten at once', async () => {
  const [server, sink] = [await startServer(), await startSink()]
  const url = (await startTunnelTo(sink, server.url)).publicUrl()
  const bodies = Array.from({ length: 10 }, () => randomBytes(1024 * 1024))
  const answers = await Promise.all(bodies.map((body) => publicRequest(`${url}/`, { method: 'POST', body })))
  expect(answers.map(({ status, body }, index) => [status, bodies[index]?.equals(body)])).toEqual(
    bodies.map(() => [200, true]),
  )
})

test('a sink that refuses connections ends nothing, and the tunnel is up again with it', async () => {
  const [server, first] = [await startServer(), await startSink()]
  const tunnel = await startTunnelTo(first, server.url, { probeTimeoutMs: 300 })
  const url = tunnel.publicUrl()
  const lost = nextEvent(tunnel, 'down')
  await first.close()
  await lost
  const second = await startSink({ probe: first.probe, port: first.port })
  onTestFinished(() => second.close())
  await statusOf(tunnel, isUp)
  expect(tunnel.publicUrl()).toBe(url)
  const answer = await publicRequest(`${url}/`, { method: 'POST', body: 'after' })
  expect([answer.status, second.arrivals.at(-1)?.body.toString()]).toEqual([200, 'after'])
})

test('a server that is killed again and again never ends the process, nor the watch', async () => {
  const [server, sink] = [await startServer(), await startSink()]
  const tunnel = await startTunnelTo(sink, server.url)
  const url = tunnel.publicUrl()
  for (let round = 0; round < 3; round += 1) {
    const lost = nextEvent(tunnel, 'down')
    await server.restart()
    await lost
    await statusOf(tunnel, isUp)
  }
  expect(tunnel.publicUrl()).toBe(url)
})
