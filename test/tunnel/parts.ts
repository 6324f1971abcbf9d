/** What the tests of the tunnel share: a small sink that answers probes, short waits, a provider that obeys. */

import fastify from 'fastify'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { TunnelStatus } from '../../src/contract/status.ts'
import { createProbe, type Probe } from '../../src/tunnel/probe.ts'
import type { OpenTunnel, OpeningOptions, TunnelProvider } from '../../src/tunnel/provider.ts'
import type { TunnelEvent } from '../../src/tunnel/record.ts'
import type { Tunnel } from '../../src/tunnel/supervisor.ts'
import type { TunnelTiming } from '../../src/tunnel/timing.ts'

export interface Arrival {
  method: string
  url: string
  headers: NodeJS.Dict<string | string[]>
  body: Buffer
}

export interface SmallSink {
  port: number
  origin: string
  server: Server
  probe: Probe
  /** All requests but probes. */
  arrivals: Arrival[]
  /** User agents of the probes. */
  probedBy: string[]
  /** Takes the place of the answer to a probe. */
  answerProbe: ((nonce: string) => { status: number; body: string }) | null
  close(): Promise<void>
}

export const sinkPath = '/secret'

/** `http` are the settings of Node's server; by default those that a tunnelled listener needs. */
export async function startSmallSink(
  http: { headersTimeout?: number; connectionsCheckingInterval?: number } = { headersTimeout: 0 },
  probe: Probe = createProbe(Buffer.from('key of the sink')),
  onPort = 0,
): Promise<SmallSink> {
  const app = fastify({ requestTimeout: 0, http, forceCloseConnections: true })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.get<{ Params: { nonce: string } }>(`${sinkPath}/probe/:nonce`, async (request, reply) => {
    const { nonce } = request.params
    sink.probedBy.push(request.headers['user-agent'] ?? '')
    const answer = sink.answerProbe?.(nonce) ?? { status: 200, body: probe.answer(nonce) ?? 'unknown' }
    return reply.code(answer.status).type('text/plain').send(answer.body)
  })
  app.all('*', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    sink.arrivals.push({ method: request.method, url: request.url, headers: request.headers, body })
    return reply.type('application/octet-stream').send(body)
  })
  await app.listen({ port: onPort, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const sink = {
    port,
    origin: `http://127.0.0.1:${port}`,
    probe,
    arrivals: [] as Arrival[],
    probedBy: [] as string[],
    answerProbe: null as SmallSink['answerProbe'],
    server: app.server,
    close: () => app.close(),
  }
  return sink
}

/** The waits of the tunnel, short. What a real server needs (a second to free a name) stays. */
export const shortTiming: TunnelTiming = {
  openingLimitMs: 90_000,
  openTimeoutMs: 30_000,
  newNameMs: 10,
  confirmLimitMs: 20_000,
  confirmIntervalMs: 50,
  probeIntervalMs: 150,
  suspectIntervalMs: 50,
  hintPauseMs: 10,
  probeTimeoutMs: 2_000,
  releaseMs: 1_300,
  backoffFirstMs: 20,
  backoffMaxMs: 100,
  heldAfterMs: 300_000,
  attemptsPerHour: 1_000,
  hourMs: 3_600_000,
  clockTickMs: 20,
  clockJumpMs: 10_000,
}

/** Resolves with the first status, the present one included, of which `is` holds. */
export function statusOf(tunnel: Tunnel, is: (status: TunnelStatus) => boolean): Promise<TunnelStatus> {
  if (is(tunnel.status())) return Promise.resolve(tunnel.status())
  return new Promise((done) => {
    const stop = tunnel.onChange((status) => {
      if (!is(status)) return
      stop()
      done(status)
    })
  })
}

/** Resolves at the next such event. */
export function nextEvent(tunnel: Tunnel, wanted: TunnelEvent): Promise<TunnelStatus> {
  return new Promise((done) => {
    const stop = tunnel.onChange((status, event) => {
      if (event !== wanted) return
      stop()
      done(status)
    })
  })
}

/** Stands for a public tunnel service: does what `open` says, and counts. */
export class ObedientProvider implements TunnelProvider {
  readonly name = 'obedient'
  readonly urlStability: TunnelProvider['urlStability']
  readonly runs = true
  readonly asked: OpeningOptions[] = []
  stopped = 0
  drained = 0
  open: (options: OpeningOptions) => Pick<OpenTunnel, 'url' | 'granted'>

  constructor(
    open: (options: OpeningOptions) => Pick<OpenTunnel, 'url' | 'granted'>,
    urlStability: TunnelProvider['urlStability'] = 'best-effort',
  ) {
    this.open = open
    this.urlStability = urlStability
  }

  async start(options: OpeningOptions): Promise<OpenTunnel> {
    this.asked.push(options)
    const opened = this.open(options)
    return {
      ...opened,
      stop: async () => {
        this.stopped += 1
      },
      drain: async () => {
        this.drained += 1
      },
    }
  }
}
