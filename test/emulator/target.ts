/** A small real target: keeps what it gets, answers challenges, and answers notifications as it is told. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  method: string
  url: string
  headers: IncomingMessage['headers']
  rawHeaders: string[]
  body: string
}

export type Respond = (request: Received, response: ServerResponse) => void

export interface Target {
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

export async function startTarget(): Promise<Target> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request
      const received = { method, url, headers, rawHeaders, body: Buffer.concat(chunks).toString('utf8') }
      target.received.push(received)
      if (method === 'GET') target.respondToChallenge(received, response)
      else target.respond(received, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const target: Target = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    notifications: () => target.received.filter(({ method }) => method === 'POST'),
    challenges: () => target.received.filter(({ method }) => method === 'GET'),
    respond: answerWith(200),
    respondToChallenge: passChallenge,
    close,
    [Symbol.asyncDispose]: close,
  }
  return target
}
