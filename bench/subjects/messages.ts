/** Notifications as Fatture in Cloud would send them, signed beforehand, as the bytes of whole HTTP requests. */

import { createPrivateKey, randomUUID, sign } from 'node:crypto'

export interface Wanted {
  count: number
  /** Where they are sent to. */
  url: string
  /** What the token names as its audience. */
  audience: string
  /** PEM, PKCS #8. */
  privateKey: string
}

/** One in so many is of another type, so that a filter has something to find. */
const rarity = 10
const rareType = 'products.update'

export interface SignedMessage {
  id: string
  request: Buffer
}

/**
 * The binary mapping (docs/protocol.md#4-notifications), each with an id and a token of its own. `Connection: close` is left out:
 * it would measure the system's sockets.
 */
export function createMessages({ count, url, audience, privateKey }: Wanted): SignedMessage[] {
  const key = createPrivateKey(privateKey)
  const { host, pathname } = new URL(url)
  const iat = Math.floor(Date.now() / 1000)
  const header = toSegment({ alg: 'ES256', typ: 'JWT' })
  return Array.from({ length: count }, (_, index) => {
    const id = `${index + 1}:${randomUUID()}`
    const claims = {
      jti: id,
      iss: 'https://api-v2.fattureincloud.it',
      exp: iat + 3 * 3600,
      iat,
      sub: 'company:12345',
      aud: [audience],
      aid: 42,
    }
    const input = `${header}.${toSegment(claims)}`
    const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
    const body = `{"data":{"ids":[${3_000_000 + index}]}}`
    const lines = [
      `POST ${pathname} HTTP/1.1`,
      `Host: ${host}`,
      'User-Agent: FattureInCloud/API-WEBHOOK',
      `Authorization: Bearer ${input}.${signature.toString('base64url')}`,
      `ce-id: ${id}`,
      'ce-source: https://api-v2.fattureincloud.it',
      'ce-specversion: 1.0',
      `ce-type: it.fattureincloud.webhooks.${index % rarity === 0 ? rareType : 'issued_documents.invoices.create'}`,
      'ce-subject: company:12345',
      'ce-time: 2026-03-01T12:54:21+02:00',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ]
    return { id, request: Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`) }
  })
}

function toSegment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
