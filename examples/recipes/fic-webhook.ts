/** A receiver for any framework: checks the token of each request, and returns the answer. */

import { importSPKI, jwtVerify } from 'jose'

export interface FicRequest {
  method: string
  /** Path and query. */
  url: string
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>
  /** Parsed JSON. The token signs no part of it, so the raw bytes are not needed. */
  body?: unknown
}

export interface FicEvent {
  /** The same event can arrive twice: store the ids that you have seen. */
  id: string
  type: string
  company: number
  ids: (number | string)[]
}

export interface FicAnswer {
  status: number
  json?: { verification: string }
  /** To be processed after the answer was sent. */
  event?: FicEvent
}

/** As Fatture in Cloud publishes it: base64 of a PEM. */
const ficKey =
  'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFL1JvSElqZ1k3aGZYZlk1cC9KeStLL0ZndU1aNAozVHZaOXQ0ZU43K2t4UTBNSnpLdG93djRDY1lURnFyQm03aE1CNVpXS25xTHoyNEQ2bFFqU0wwWXN3PT0KLS0tLS1FTkQgUFVCTElDIEtFWS0tLS0tCg=='

/**
 * `FIC_AUDIENCES`: the accepted audiences, above all your sink URL; without it every token is refused.
 * `FIC_PUBLIC_KEYS`: the keys to use instead of that of Fatture in Cloud, on a development machine. Both are separated
 * by commas.
 */
export function createFicReceiver(environment = process.env) {
  const list = (text = '') => text.split(',').filter((part) => part !== '')
  const keys = list(environment['FIC_PUBLIC_KEYS'] ?? ficKey).map((key) =>
    importSPKI(Buffer.from(key, 'base64').toString(), 'ES256'),
  )
  const audience = list(environment['FIC_AUDIENCES'])

  async function readClaims(authorization: unknown) {
    const token = String(authorization).replace(/^Bearer /i, '')
    for (const key of keys) {
      try {
        const { payload } = await jwtVerify(token, await key, {
          algorithms: ['ES256'],
          issuer: 'https://api-v2.fattureincloud.it',
          audience,
          requiredClaims: ['exp', 'iat'],
          clockTolerance: 60,
        })
        return payload
      } catch {
        // Invalid, or signed with another key: try the next key.
      }
    }
    return null
  }

  return async function receive(request: FicRequest): Promise<FicAnswer> {
    const claims = await readClaims(request.headers['authorization'])
    if (claims === null) return { status: 401 }
    if (request.method === 'GET') {
      const verification = readChallenge(request)
      return verification === null ? { status: 400 } : { status: 200, json: { verification } }
    }
    const event = readEvent(request)
    if (event === null) return { status: 400 }
    // The token covers neither body nor headers. It must name this notification.
    const isNamed = claims.jti === event.id && claims.sub === `company:${event.company}`
    return isNamed ? { status: 204, event } : { status: 401 }
  }
}

/** A header or a query parameter, depending on the verification method of the subscription. */
function readChallenge({ url, headers }: FicRequest): string | null {
  const name = 'x-fic-verification-challenge'
  const header = headers[name]
  return typeof header === 'string' ? header : new URL(url, 'http://here').searchParams.get(name)
}

/** In binary mode the attributes are headers, in structured mode members of the body. The ids are at `data.ids` in both. */
function readEvent({ headers, body }: FicRequest): FicEvent | null {
  const message = membersOf(body)
  const attribute = (name: string) => {
    const header = headers[`ce-${name}`]
    return header === undefined ? String(message[name] ?? '') : decode(String(header))
  }
  const [id, type, subject] = [attribute('id'), attribute('type'), attribute('subject')]
  const company = Number(/^company:(\d+)$/.exec(subject)?.[1])
  const { ids } = membersOf(message['data'])
  if (id === '' || type === '' || Number.isNaN(company)) return null
  return { id, type, company, ids: Array.isArray(ids) ? ids : [] }
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** CloudEvents allows percent-encoding in headers. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
