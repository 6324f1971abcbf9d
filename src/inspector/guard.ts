/**
 * Who may talk to the inspector. It holds a company's data and can act with its token, and loopback is no protection:
 * every web page in the developer's browser can send requests to it.
 */

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiError } from '../contract/api.ts'
import { FicDevError, type ErrorCode } from '../errors.ts'
import { isOwnHost } from '../http/loopback.ts'
import type { Session } from './session.ts'

export interface GuardOptions {
  session: Session
  /** Our own port, for the hint to a reader who has forwarded it. */
  port(): number
}

/** Routes that need no credential: the page's empty shell, the link that starts a session, and the daemon's proof. */
const openRoutes: ReadonlySet<string> = new Set(['/', '/assets/*', '/open/:link', '/api/proof'])

/** A hook of the server, not of its routes, so that a new route cannot forget it. Runs before an upgrade, too. */
export function createGuard({ session, port }: GuardOptions) {
  return async function guard(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    const refusal = refuse(request, session, port())
    // Returning the reply tells Fastify that the request ends here.
    if (refusal) return reply.code(refusal.status).send(refusal.body)
  }
}

interface Refusal {
  status: number
  body: ApiError
}

function refuse(request: FastifyRequest, session: Session, port: number): Refusal | null {
  if (!isOurHost(request)) {
    return refusal(
      403,
      'FORBIDDEN',
      'The Host header does not name this inspector.',
      `Open it as localhost. On another machine, forward the port first: ssh -L ${port}:localhost:${port} <this machine>, then http://localhost:${port}.`,
    )
  }
  const { origin, host } = request.headers
  if (origin !== undefined && origin !== `http://${host}`) {
    return refusal(
      403,
      'FORBIDDEN',
      'The request comes from a page of another origin.',
      'Open the inspector under the address that reaches it. A proxy in front of it must keep the Host header.',
    )
  }
  if (isOpen(request)) return null

  const credential = session.credentialOf(request.headers)
  if (credential === null) return unauthorized
  return credential.by === 'page' ? refuseCrossSite(request) : null
}

/** No other page has the session; these rules hold even if one had. */
function refuseCrossSite(request: FastifyRequest): Refusal | null {
  const isUpgrade = request.headers.upgrade !== undefined
  if (isUpgrade && request.headers.origin === undefined) {
    return refusal(403, 'FORBIDDEN', 'A websocket of the page must name its origin.')
  }
  const site = request.headers['sec-fetch-site']
  const writes = !['GET', 'HEAD'].includes(request.method)
  if ((writes || isUpgrade) && site !== undefined && site !== 'same-origin') {
    return refusal(403, 'FORBIDDEN', 'The request comes from a page of another origin.')
  }
  if (writes && !/^application\/(json|x-ndjson)\b/i.test(request.headers['content-type'] ?? '')) {
    return refusal(
      415,
      'BAD_REQUEST',
      'A request that changes something needs Content-Type: application/json.',
    )
  }
  return null
}

function refusal(status: number, code: ErrorCode, message: string, hint?: string): Refusal {
  return { status, body: { error: new FicDevError(code, message, { hint }).toJSON() } }
}

export const unauthorized = refusal(
  401,
  'UNAUTHORIZED',
  'The inspector asks for its session token.',
  'Open the link that fic-dev printed, run "fic-dev open" for a new one, or send "Authorization: Bearer" with the token of .fic-dev/daemon.json.',
)

/** The route as it was registered decides, never the path as it was sent: `/%61pi` is not another door. */
function isOpen(request: FastifyRequest): boolean {
  const route = request.routeOptions.url
  return route !== undefined && openRoutes.has(route) && ['GET', 'HEAD'].includes(request.method)
}

/** Against DNS rebinding: one Host header, with a name of this machine, and no absolute-form target. */
function isOurHost(request: FastifyRequest): boolean {
  const { rawHeaders } = request.raw
  const given = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
  if (given.length !== 1 || !(request.raw.url ?? '').startsWith('/')) return false
  return isOwnHost(request.headers.host ?? '')
}
