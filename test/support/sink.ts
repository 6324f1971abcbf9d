/** A sink with nothing behind it: answers probes, and keeps all other requests. */

import type { Server } from 'node:http'
import fastify from 'fastify'
import { onTestFinished } from 'vitest'
import { createProbe, type Probe } from '../../src/tunnel/probe.ts'
import { freePort } from './ports.ts'

interface Arrival {
  method: string
  url: string
  headers: NodeJS.Dict<string | string[]>
  body: Buffer
}

export interface TestSink {
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

export interface TestSinkOptions {
  /** The settings of Node's server; by default those that a tunneled listener needs. */
  http?: { headersTimeout?: number; connectionsCheckingInterval?: number }
  probe?: Probe
  /** The port that an earlier sink had. */
  port?: number
}

/** Closed with the test. */
export async function startSink(options: TestSinkOptions = {}): Promise<TestSink> {
  const { http = { headersTimeout: 0 }, probe = createProbe(Buffer.from('key of the sink')) } = options
  const port = options.port ?? (await freePort())
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
  await app.listen({ port, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const sink = {
    port,
    origin: `http://127.0.0.1:${port}`,
    probe,
    arrivals: [] as Arrival[],
    probedBy: [] as string[],
    answerProbe: null as TestSink['answerProbe'],
    server: app.server,
    close: () => app.close(),
  }
  return sink
}
