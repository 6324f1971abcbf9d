/**
 * A receiver as it should be, in one file: it answers the challenge, believes only what is signed for it, answers at
 * once, and does its work afterwards. `npm start` runs it; `npx tsx examples/target.ts` does, too. `fic-dev check` finds
 * nothing wrong with it.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import { importSPKI, jwtVerify } from 'jose'

/** Whose signature counts, and which addresses a token may be meant for. */
export interface Trust {
  /** Base64 of a PEM, as Fatture in Cloud publishes its key and `fic-dev keys` prints ours. */
  keys: string[]
  audiences: string[]
}

/** Listens on the wanted port of 127.0.0.1, or on any free one; gives the URL to forward to. */
export async function startExampleTarget(
  wantedPort: number,
  trust: () => Promise<Trust>,
  say = (text: string) => console.error(text),
): Promise<string> {
  const server = createServer((request, response) => {
    receive(request, response, trust, say).catch(() => response.writeHead(500).end())
  })
  const port = await new Promise<number>((resolve, reject) => {
    server.on('listening', () => resolve((server.address() as AddressInfo).port))
    server.once('error', () => server.once('error', reject).listen(0, '127.0.0.1'))
    server.listen(wantedPort, '127.0.0.1')
  })
  return `http://127.0.0.1:${port}/webhooks`
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  trust: () => Promise<Trust>,
  say: (text: string) => void,
) {
  const body = await readText(request)
  const claims = await readToken(request.headers.authorization ?? '', await trust())
  if (claims === null) return response.writeHead(401).end()

  const verification = readChallenge(request)
  if (request.method === 'GET' && verification !== null) {
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ verification }))
  }
  const event = readEvent(request, body)
  // The token covers neither body nor headers: it is good for this notification only if it names it.
  if (event === null || claims.jti !== event.id || claims.sub !== event.subject) {
    return response.writeHead(401).end()
  }
  response.writeHead(204).end()
  work(event, say)
}

/** The claims of a token that one of the keys has signed for us. */
async function readToken(authorization: string, { keys, audiences }: Trust) {
  const token = authorization.replace(/^Bearer /i, '')
  for (const key of keys) {
    const publicKey = await importSPKI(Buffer.from(key, 'base64').toString(), 'ES256')
    const verified = await jwtVerify(token, publicKey, {
      algorithms: ['ES256'],
      issuer: 'https://api-v2.fattureincloud.it',
      audience: audiences,
      requiredClaims: ['exp', 'iat'],
    }).catch(() => null)
    if (verified !== null) return verified.payload
  }
  return null
}

/** It comes as a header or in the query, as the subscription was told. */
function readChallenge(request: IncomingMessage): string | null {
  const name = 'x-fic-verification-challenge'
  const header = request.headers[name]
  return typeof header === 'string'
    ? header
    : new URL(request.url ?? '/', 'http://here').searchParams.get(name)
}

interface Event {
  id: string
  type: string
  subject: string
  ids: (number | string)[]
}

/** In binary mode the attributes are headers, in structured mode they stand in the body. The ids are at `data.ids` in both. */
function readEvent(request: IncomingMessage, body: string): Event | null {
  const message = JSON.parse(body || '{}') as Record<string, unknown> & { data?: { ids?: Event['ids'] } }
  const attribute = (name: string) => {
    const header = request.headers[`ce-${name}`]
    return typeof header === 'string' ? decodeURIComponent(header) : String(message[name] ?? '')
  }
  const [id, type, subject] = [attribute('id'), attribute('type'), attribute('subject')]
  return id === '' || type === '' ? null : { id, type, subject, ids: message.data?.ids ?? [] }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

/** The same notification may come twice, so a real app remembers `event.id`. It fetches each id from the API. */
function work({ type, ids }: Event, say: (text: string) => void): void {
  say(`          your app: ${type.replace('it.fattureincloud.webhooks.', '')} ${ids.join(', ')}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const list = (text = '') => text.split(',').filter((part) => part !== '')
  const trust = { keys: list(process.env['FIC_PUBLIC_KEYS']), audiences: list(process.env['FIC_AUDIENCES']) }
  console.error(`The example target listens at ${await startExampleTarget(3000, async () => trust)}`)
  if (trust.keys.length === 0) {
    console.error(
      'It refuses everything until FIC_PUBLIC_KEYS (fic-dev keys) and FIC_AUDIENCES (the sink URL) are set.',
    )
  }
}
