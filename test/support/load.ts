/** Fatture in Cloud in a hurry: many senders at once, each with signed notifications, until the sink is gone. */

import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { fic, ficClaims, makeToken } from './tokens.ts'

/** As it is given to `--public-key`. */
export const publicKey = Buffer.from(fic.publicPem).toString('base64')

export interface Load {
  /** The ids of those that were answered 200. */
  answered: string[]
  /** Resolves when so many were answered, or when the sink is gone. */
  reached(count: number): Promise<void>
  /** Resolves when every sender has lost its connection; gives how many notifications were sent. */
  ended: Promise<number>
}

/** Each sender stops at a status other than 200, or other than 503 if it is to go on as Fatture in Cloud does. */
export function startLoad(sinkUrl: string, senders: number, { goesOnAfter503 = false } = {}): Load {
  const answered: string[] = []
  const agent = new http.Agent({ keepAlive: true, maxSockets: senders })
  const waiting: { count: number; resolve: () => void }[] = []
  let sent = 0

  async function sendUntilGone(): Promise<void> {
    for (;;) {
      const id = `${++sent}:${randomUUID()}`
      let status: number
      try {
        status = await post(sinkUrl, id, agent)
      } catch {
        return
      }
      if (status === 503 && goesOnAfter503) continue
      if (status !== 200) throw new Error(`The sink answered ${status}.`)
      answered.push(id)
      for (const { count, resolve } of waiting) if (answered.length >= count) resolve()
    }
  }

  const ended = Promise.all(Array.from({ length: senders }, sendUntilGone)).then(() => {
    agent.destroy()
    for (const { resolve } of waiting) resolve()
    return sent
  })
  return {
    answered,
    ended,
    reached: (count) =>
      answered.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ count, resolve })),
  }
}

/** One signed event in the binary mapping (docs/protocol.md#4-notifications). Gives the status. */
export function post(
  sinkUrl: string,
  id: string,
  agent: http.Agent,
  body = '{"data":{"ids":[3062300]}}',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...signedHeaders(sinkUrl, id), 'content-length': String(body.length) }
    const request = http.request(sinkUrl, { method: 'POST', agent, headers })
    request.on('error', reject)
    request.on('response', (response) => {
      // Only what came whole counts as answered.
      response.on('error', reject).on('end', () => resolve(response.statusCode ?? 0))
      response.resume()
    })
    request.end(body)
  })
}

/** Of an event in the binary mapping, signed with Fatture in Cloud's key unless another is given. */
export function signedHeaders(sinkUrl: string, id: string, key = fic.privateKey): Record<string, string> {
  const subject = 'company:12345'
  const iat = Math.floor(Date.now() / 1000)
  const claims = { ...ficClaims, jti: id, sub: subject, aud: [sinkUrl], iat, exp: iat + 3 * 3600 }
  const token = makeToken(claims, { key })
  return {
    authorization: `Bearer ${token}`,
    'user-agent': 'FattureInCloud/API-WEBHOOK',
    'content-type': 'application/json',
    'ce-id': id,
    'ce-type': 'it.fattureincloud.webhooks.issued_documents.invoices.create',
    'ce-source': 'https://api-v2.fattureincloud.it',
    'ce-subject': subject,
    'ce-time': '2023-04-04T12:54:21+02:00',
    'ce-specversion': '1.0',
  }
}
