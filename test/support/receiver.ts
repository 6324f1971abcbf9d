/** A receiver of webhooks that is right, and can be made wrong in the ways of docs/protocol.md#10-common-receiver-mistakes. */

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify, type JWTPayload } from 'jose'
import { onTestFinished } from 'vitest'

export interface Mistakes {
  /** Takes challenges in one place only. */
  challengeOnlyBy?: 'header' | 'query'
  /** Answers a challenge whoever sent it. */
  challengeUnchecked?: true
  /** Looks at nothing, at everything but this, or answers so to a refused token. */
  tokenUnchecked?: true
  claimUnchecked?: 'exp' | 'aud' | 'jti' | 'sub'
  /** Lets the token choose its algorithm. */
  alsoTakes?: 'none' | 'HS256'
  refusesWith?: number
  /** Decides by the content type what is structured, or knows binary only. */
  structuredOnlyAs?: 'application/cloudevents+json' | 'nothing'
  /** What it answers to these, in place of 200. */
  toNoIds?: number
  toStringIds?: number
  toUnknownType?: number
  toTwin?: number
  toManyIds?: number
  /** Reads `ce-` headers as they stand there. */
  headersUndecoded?: true
  /** What it answers to every right notification. */
  toEvents?: number
  /** Waits before every answer. */
  delayMs?: number
  /** Ends the connection without an answer. */
  breaksOffOn?: 'many-ids'
}

export interface Receiver {
  url: string
  close(): Promise<void>
  requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
}

interface Seen {
  attributes: Record<string, string>
  ids: unknown
}

const prefix = 'it.fattureincloud.webhooks.'

/** `publicKey` is PEM; on any free port, or on this one. Closed when the test is over. */
export async function startReceiver(
  publicKey: () => string,
  mistakes: Mistakes = {},
  port = 0,
): Promise<Receiver> {
  const receiver: Receiver = { url: '', requests: [], close }
  const known = new Set<string>()

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }

  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString()
    receiver.requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body,
    })
    if (mistakes.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, mistakes.delayMs))
    if (mistakes.breaksOffOn === 'many-ids' && body.length > 1000) return void request.socket.destroy()
    const answer: { status: number; body?: string } =
      request.method === 'GET' ? await answerChallenge(request) : await answerEvent(request, body)
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body ?? '{}')
  })

  async function answerChallenge(request: IncomingMessage): Promise<{ status: number; body?: string }> {
    const url = new URL(request.url ?? '', receiver.url)
    const name = 'x-fic-verification-challenge'
    const byHeader = mistakes.challengeOnlyBy === 'query' ? undefined : request.headers[name]
    const byQuery = mistakes.challengeOnlyBy === 'header' ? null : url.searchParams.get(name)
    const challenge = byHeader ?? byQuery
    if (!challenge) return { status: 400 }
    if (!mistakes.challengeUnchecked && !(await check(request)))
      return { status: mistakes.refusesWith ?? 401 }
    return { status: 200, body: JSON.stringify({ verification: challenge }) }
  }

  async function answerEvent(request: IncomingMessage, body: string): Promise<{ status: number }> {
    const seen = read(request, body)
    if (seen === null) return { status: 400 }
    const claims = await check(request)
    const refused = { status: mistakes.refusesWith ?? 401 }
    if (!claims) return refused
    const { id = '', subject, type = '' } = seen.attributes
    if (!mistakes.tokenUnchecked) {
      if (mistakes.claimUnchecked !== 'jti' && claims.jti !== id) return refused
      if (mistakes.claimUnchecked !== 'sub' && claims.sub !== subject) return refused
    }
    return { status: statusOf(seen, id, type) }
  }

  function statusOf({ ids }: Seen, id: string, type: string): number {
    if (mistakes.toNoIds && (!Array.isArray(ids) || ids.length === 0)) return mistakes.toNoIds
    if (mistakes.toManyIds && Array.isArray(ids) && ids.length > 50) return mistakes.toManyIds
    if (mistakes.toStringIds && Array.isArray(ids) && typeof ids[0] === 'string') return mistakes.toStringIds
    if (mistakes.toUnknownType && type.startsWith(`${prefix}something`)) return mistakes.toUnknownType
    if (mistakes.toTwin && known.has(id)) return mistakes.toTwin
    known.add(id)
    return mistakes.toEvents ?? 200
  }

  function read(request: IncomingMessage, body: string): Seen | null {
    const content = JSON.parse(body) as Record<string, string> & { data?: { ids?: unknown } }
    const ids = content.data?.ids
    const type = request.headers['content-type'] ?? ''
    const only = mistakes.structuredOnlyAs
    const isStructured = only === undefined ? 'specversion' in content : type === only
    if (isStructured) return { attributes: content, ids }
    const attributes = Object.entries(request.headers)
      .filter(([name]) => name.startsWith('ce-'))
      .map(([name, value]) => [
        name.slice(3),
        mistakes.headersUndecoded ? String(value) : decodeURIComponent(String(value)),
      ])
    return attributes.length === 0 ? null : { attributes: Object.fromEntries(attributes), ids }
  }

  async function check(request: IncomingMessage): Promise<JWTPayload | null> {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (mistakes.tokenUnchecked) return {}
    if (!token) return null
    if (decodeProtectedHeader(token).alg === mistakes.alsoTakes) {
      if (mistakes.alsoTakes === 'none') return decodeJwt(token)
      return (await jwtVerify(token, Buffer.from(publicKey()))).payload
    }
    try {
      const unchecked = mistakes.claimUnchecked
      const { payload } = await jwtVerify(token, await importSPKI(publicKey(), 'ES256'), {
        algorithms: ['ES256'],
        issuer: 'https://api-v2.fattureincloud.it',
        ...(unchecked === 'aud' ? {} : { audience: receiver.url }),
        // The only way to have this library pass over exp.
        ...(unchecked === 'exp' ? { currentDate: new Date((decodeJwt(token).iat ?? 0) * 1000) } : {}),
      })
      return payload
    } catch {
      return null
    }
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  onTestFinished(close)
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`
  return receiver
}
