/** A target that holds a subscription: keeps its requests, answers challenges, and answers notifications as the test says. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { startTarget } from './target.ts'

export interface Received {
  method: string
  url: string
  headers: IncomingMessage['headers']
  rawHeaders: string[]
  body: string
}

export type Respond = (request: Received, response: ServerResponse) => void

export interface Subscriber {
  url: string
  /** In order of arrival, challenges included. */
  received: Received[]
  /** The POST requests among them. */
  notifications(): Received[]
  challenges(): Received[]
  /** How notifications are answered from now on. */
  respond: Respond
  respondToChallenge: Respond
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const challengeName = 'x-fic-verification-challenge'

export function passChallenge(request: Received, response: ServerResponse): void {
  const inQuery = new URL(request.url, 'http://target').searchParams.get(challengeName)
  const verification = request.headers[challengeName] ?? inQuery
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ verification }))
}

export function answerWith(status: number, headers: Record<string, string> = {}): Respond {
  return (_request, response) => void response.writeHead(status, headers).end()
}

export async function startSubscriber(): Promise<Subscriber> {
  const plain = await startTarget(0, ({ path: url, body, ...request }, response) => {
    const received = { ...request, url, body: body.toString('utf8') }
    target.received.push(received)
    if (request.method === 'GET') target.respondToChallenge(received, response)
    else target.respond(received, response)
  })
  const target: Subscriber = {
    url: new URL(plain.url).origin,
    received: [],
    notifications: () => target.received.filter(({ method }) => method === 'POST'),
    challenges: () => target.received.filter(({ method }) => method === 'GET'),
    respond: answerWith(200),
    respondToChallenge: passChallenge,
    close: plain.close,
    [Symbol.asyncDispose]: plain.close,
  }
  return target
}
