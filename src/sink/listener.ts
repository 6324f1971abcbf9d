/** The HTTP server at the end of a tunnel: its limits, and an answer even to what is no HTTP. */

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { noSchemas } from '../no-schemas.ts'
import { limitConnections } from './open-connections.ts'

/** 1 MiB: a notification carries only ids. */
const bodyLimitBytes = 1024 * 1024

export interface ListenerOptions {
  /** Answers a request whose path cannot be read. */
  onBadPath(request: FastifyRequest, reply: FastifyReply): void
  /** A request with a method that Node does not know was answered 405. */
  onUnknownMethod(): void
  /** The URL that is routed instead of the one received. */
  toOwnPath?: (url: string) => string
}

/**
 * Node's header and request time-outs are off: a tunnel keeps idle connections, and the 408 that Node writes on them
 * would be given to the next ten notifications (the 408 trap). Slow senders are bounded by their number, by the body
 * limit and by the tunnel.
 */
export function createListener({ onBadPath, onUnknownMethod, toOwnPath }: ListenerOptions): FastifyInstance {
  const latest = new WeakMap<Duplex, { request: IncomingMessage; response: ServerResponse }>()
  const app = Fastify({
    logger: false,
    schemaController: noSchemas,
    bodyLimit: bodyLimitBytes,
    exposeHeadRoutes: false,
    requestTimeout: 0,
    http: { headersTimeout: 0 },
    clientErrorHandler(error, socket) {
      const status = statusOf(error.code)
      if (status === 405) onUnknownMethod()
      const { request, response } = latest.get(socket) ?? {}
      // The answer to a whole request before the broken one goes out first. Node reads nothing more from the connection.
      const isAnswering = request?.complete === true && response?.writableFinished === false
      if (isAnswering) response.once('close', () => refuse(socket, status))
      else refuse(socket, status)
    },
    frameworkErrors: (_error, request, reply) => onBadPath(request as FastifyRequest, reply as FastifyReply),
    return503OnClosing: true,
    ...(toOwnPath && { rewriteUrl: ({ url = '/' }: IncomingMessage) => toOwnPath(url) }),
  })
  // As an option, Fastify takes 0 for its default of 72 s.
  app.server.keepAliveTimeout = 0
  limitConnections(app.server)
  app.server.on('request', (request, response) => latest.set(request.socket, { request, response }))
  // Without a listener, Node closes the connection and says nothing.
  app.server.on('connect', (_request, socket) => {
    onUnknownMethod()
    refuse(socket, 405)
  })
  // Whatever it calls itself, the body is kept as the bytes that came. Fastify would refuse a type that it cannot read.
  app.addHook('onRequest', async ({ raw }) => {
    raw.headers['content-type'] = 'application/octet-stream'
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}

/**
 * The status for bytes that are no HTTP request; `null` where nobody asked for anything. Half a request and a
 * connection that merely ends get no answer: it could reach somebody else through a shared tunnel connection.
 */
function statusOf(code: string): number | null {
  if (!code.startsWith('HPE_') || code === 'HPE_INVALID_EOF_STATE') return null
  if (code === 'HPE_INVALID_METHOD') return 405
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
}

const phrases: Record<number, string> = {
  400: 'Bad Request',
  405: 'Method Not Allowed\r\nAllow: GET, POST',
  431: 'Request Header Fields Too Large',
}

/** Without an answer, a tunnel lets its caller wait for ever. */
function refuse(socket: Duplex, status: number | null): void {
  if (status === null || !socket.writable) socket.destroy()
  else socket.end(`HTTP/1.1 ${status} ${phrases[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
}
