/**
 * The public HTTP server, the only thing that a tunnel can reach: one path, which takes notifications in.
 * Everything is answered; nothing is answered 200 that is not durable.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { timingSafeEqual } from 'node:crypto'
import { finished } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { SinkCounts } from '../contract/status.ts'
import { messageOf } from '../errors.ts'
import { toHeaderPairs } from '../fic/read-notification.ts'
import type { Intake } from '../intake/take.ts'
import type { Logger } from '../log.ts'
import { lingerAfterAnswer } from './lingering-close.ts'
import { createListener } from './listener.ts'

/** What the sink needs of other parts. */
export interface SinkParts {
  /** 128 bits as hex; the one path there is. */
  secret: string
  /** The path of the public URL, which its proxy may keep, in whole or in part. The secret path is served below it, too. */
  publicPath?: string
  /** Makes a notification durable. */
  take: Intake['take']
  /** The answer to the tunnel's own probe; `null` when the nonce is not ours. */
  answerProbe(nonce: string): string | null
  /** Called when the answer to a challenge has left. */
  onChallengeAnswered?(): void
  /** Called after a request that could not be captured. */
  onFailed?(): void
  log: Logger
  now?: () => Date
}

export interface Sink {
  app: FastifyInstance
  counts(): SinkCounts
}

/** How much of a body that is too large is read all the same: 16 MiB. */
const discardedBytes = 16 * 1024 * 1024
const discardingMs = 2_000

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
  const publicSegments = toSegments(parts.publicPath ?? '')
  const app = createListener({
    onBadPath: refuse,
    onUnknownMethod: () => counts.wrongMethod++,
    ...(publicSegments.length > 0 && { toOwnPath: (url) => withoutPublicPath(url, publicSegments) }),
  })

  // Before a body is read: what is not for us costs nothing.
  app.addHook('onRequest', async (request, reply) => {
    if (!isOurs(request)) return refuse(request, reply)
  })
  app.get('/:secret', receive)
  app.post('/:secret', receive)
  app.get('/:secret/probe/:nonce', (request, reply) => {
    const { nonce } = request.params as { nonce: string }
    const answer = parts.answerProbe(nonce)
    return answer === null ? refuse(request, reply) : reply.type('text/plain').send(answer)
  })
  app.setNotFoundHandler(refuse)
  app.setErrorHandler(fail)

  async function receive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const receivedAt = now()
    const taken = await parts.take({
      method: request.method,
      path: request.originalUrl,
      headers: toHeaderPairs(request.raw.rawHeaders),
      body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      receivedAt,
    })
    if (taken === 'too-large') {
      counts.tooLarge++
      return reply.code(413).send()
    }
    if (taken === 'limited') {
      counts.rateLimited++
      // 503, so that a genuine one (Fatture in Cloud may have changed its key) comes again later.
      return reply.header('retry-after', '5').code(503).send()
    }
    counts.captured++
    const answer = await taken.answer()
    if (taken.isChallenge) reply.raw.once('finish', () => parts.onChallengeAnswered?.())
    reply.code(answer.status)
    return answer.body === null ? reply.send() : reply.type('application/json').send(answer.body)
  }

  function isOurs({ is404, params }: FastifyRequest): boolean {
    return !is404 && isSecret((params as { secret: string }).secret)
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

  /**
   * Answered before the body has come, a connection is closed with bytes still on their way: a tunnel then loses the
   * answer, and its caller waits for ever. So the rest is read and thrown away first, if it is not too much and comes soon.
   */
  async function refuseTooLarge(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    counts.tooLarge++
    const announcedBytes = Number(request.headers['content-length'] ?? Infinity)
    if (announcedBytes <= discardedBytes) {
      const rest = finished(request.raw.resume(), { writable: false })
      // Who breaks off has gone and hears nothing.
      await Promise.race([rest.catch(() => {}), pause(discardingMs, null, { ref: false })])
    }
    lingerAfterAnswer(request.raw)
    return reply.header('connection', 'close').code(413).send()
  }

  function fail(
    thrown: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply | Promise<FastifyReply> {
    const status = statusOf(thrown)
    if (status === 413) return refuseTooLarge(request, reply)
    counts.failed++
    parts.onFailed?.()
    if (status >= 400 && status < 500) {
      log.warn({ status, reason: messageOf(thrown) }, 'request refused')
      return reply.code(status).send()
    }
    log.error({ reason: messageOf(thrown) }, 'capture failed, answered 503')
    return reply.header('retry-after', '5').code(503).send()
  }

  return { app, counts: () => ({ ...counts }) }
}

/** The status that Fastify gives its own errors (a body that is too large or cut short); 503 for ours. */
function statusOf(thrown: unknown): number {
  return thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 503
}

/** `/fic/<secret>` → `/<secret>`: without the longest end of the public URL's path that the request's path begins with. */
function withoutPublicPath(url: string, publicSegments: readonly string[]): string {
  const path = url.split('?', 1)[0] ?? ''
  const given = path.split('/').slice(1)
  for (let count = publicSegments.length; count > 0; count--) {
    const kept = publicSegments.slice(-count)
    if (given.length > count && kept.every((segment, index) => decode(given[index] ?? '') === segment)) {
      return `/${given.slice(count).join('/')}${url.slice(path.length)}`
    }
  }
  return url
}

/** Decoded: a proxy may write a character in another form. */
function toSegments(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decode)
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
