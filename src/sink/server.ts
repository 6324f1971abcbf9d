/**
 * The public HTTP server, the only thing that a tunnel can reach: one path, which takes notifications in.
 * Everything is answered; nothing is answered 200 that is not durable.
 */

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { timingSafeEqual } from 'node:crypto'
import type { Notification, SignatureReport } from '../contract/notification.ts'
import type { SinkCounts } from '../contract/status.ts'
import { messageOf } from '../errors.ts'
import { readNotification, toHeaderPairs, type ReadNotification } from '../fic/read-notification.ts'
import type { Expected } from '../fic/signature/verify.ts'
import type { Logger } from '../log.ts'
import type { Capture, CaptureOptions } from '../store/notifications.ts'
import { answerFor, type Answer } from './answer.ts'
import { createRateLimit } from './rate-limit.ts'

/** 1 MiB: a notification carries only ids. */
export const bodyLimitBytes = 1024 * 1024

/** What the sink needs of the rest of the house. */
export interface SinkParts {
  /** 128 bits as hex; the one path there is. */
  secret: string
  /** Checks a token; never throws for a bad one. */
  verify(token: string | null, expected: Expected): Promise<SignatureReport>
  /** The sink URLs that a token may name as its audience. */
  audiences(): string[]
  capture(capture: Capture, options: CaptureOptions): Promise<Notification>
  /** Which targets a notification is to be delivered to. */
  targetsFor(capture: Capture): CaptureOptions
  /** With `respond: "passthrough"`: what to answer in place of our own answer; `null` to answer that. */
  relay(notification: Notification, challenge: string | null, own: Answer): Promise<Answer | null>
  /** The answer to the tunnel's own probe; `null` when the nonce is not ours. */
  answerProbe(nonce: string): string | null
  log: Logger
  now?: () => Date
}

export interface Sink {
  app: FastifyInstance
  counts(): SinkCounts
}

/** Unsigned and invalid captures: a burst of 60, then 1 per second (design section 3). */
const unverifiedBurst = 60
const unverifiedPerSecond = 1

export function createSink(parts: SinkParts): Sink {
  const { log, now = () => new Date() } = parts
  const counts: SinkCounts = {
    captured: 0,
    notFound: 0,
    wrongMethod: 0,
    tooLarge: 0,
    rateLimited: 0,
    failed: 0,
  }
  const unverified = createRateLimit(unverifiedBurst, unverifiedPerSecond, () => performance.now())
  const app = createListener()

  app.get('/:secret', receive)
  app.post('/:secret', receive)
  app.get('/:secret/probe/:nonce', (request, reply) => {
    const { secret, nonce } = request.params as { secret: string; nonce: string }
    const answer = isSecret(secret) ? parts.answerProbe(nonce) : null
    return answer === null ? refuse(request, reply) : reply.type('text/plain').send(answer)
  })
  app.setNotFoundHandler(refuse)
  app.setErrorHandler(fail)

  async function receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!isSecret((request.params as { secret: string }).secret)) return refuse(request, reply)
    const receivedAt = now()
    const { rawHeaders } = request.raw
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const read = readNotification({ method: request.method, path: request.url, rawHeaders, body })
    const signature = await parts.verify(read.token, {
      audiences: parts.audiences(),
      kind: read.kind,
      id: read.cloudEvent?.id ?? null,
      subject: read.cloudEvent?.subject ?? null,
      now: receivedAt,
    })
    if (signature.outcome !== 'valid' && !unverified.take()) {
      counts.rateLimited++
      // 503, so that a genuine one (Fatture in Cloud may have changed its key) comes again later.
      return reply.header('retry-after', '5').code(503).send()
    }
    const own = answerFor(read.kind, read.challenge)
    const capture = toCapture(request, body, read, { receivedAt, signature, answer: own })
    const notification = await parts.capture(capture, parts.targetsFor(capture))
    counts.captured++
    const answer = (await parts.relay(notification, read.challenge, own)) ?? own
    reply.code(answer.status)
    return answer.body === null ? reply.send() : reply.type('application/json').send(answer.body)
  }

  function isSecret(candidate: string): boolean {
    const given = Buffer.from(candidate)
    const wanted = Buffer.from(parts.secret)
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  }

  /** 404 for a path that is not ours, 405 for a method that is not; both are only counted. */
  function refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = request.url.split('?', 1)[0] ?? ''
    if (isSecret(path.slice(1)) && request.method !== 'GET' && request.method !== 'POST') {
      counts.wrongMethod++
      return reply.header('allow', 'GET, POST').code(405).send()
    }
    counts.notFound++
    return reply.code(404).send()
  }

  function fail(thrown: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const status = statusOf(thrown)
    if (status === 413) {
      counts.tooLarge++
      return reply.code(413).send()
    }
    if (status >= 400 && status < 500) {
      counts.failed++
      log.warn({ status, reason: messageOf(thrown) }, 'request refused')
      return reply.code(status).send()
    }
    counts.failed++
    log.error({ reason: messageOf(thrown) }, 'capture failed, answered 503')
    return reply.header('retry-after', '5').code(503).send()
  }

  return { app, counts: () => ({ ...counts }) }
}

/**
 * A server for the end of a tunnel. Node's header and request time-outs are off: a tunnel keeps idle connections, and
 * the 408 that Node writes on them would be given to the next ten notifications (the 408 trap). Slow senders are
 * bounded by the tunnel and by the body limit.
 */
function createListener(): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    requestTimeout: 0,
    keepAliveTimeout: 0,
    http: { headersTimeout: 0 },
    // Half a request is nobody's notification: no answer that could reach somebody else through a shared connection.
    clientErrorHandler: (_error, socket) => void socket.destroy(),
    frameworkErrors: (_error, _request, reply) => void (reply as FastifyReply).code(404).send(),
    return503OnClosing: true,
  })
  app.removeAllContentTypeParsers()
  // Whatever it calls itself, the body is kept as the bytes that came.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}

/** The status that Fastify gives its own errors (a body that is too large or cut short); 503 for ours. */
function statusOf(thrown: unknown): number {
  return thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 503
}

function toCapture(
  request: FastifyRequest,
  body: Buffer,
  read: ReadNotification,
  facts: { receivedAt: Date; signature: SignatureReport; answer: Answer },
): Capture {
  return {
    kind: read.kind,
    method: request.method,
    path: request.url,
    headers: toHeaderPairs(request.raw.rawHeaders),
    body,
    mapping: read.mapping,
    eventType: read.eventType,
    company: read.company,
    ids: read.ids,
    cloudEvent: read.cloudEvent,
    problems: read.problems,
    ...facts,
  }
}
