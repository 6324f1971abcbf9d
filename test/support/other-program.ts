/** Another program on this machine: it answers every request, and writes down what it hears. */

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Heard {
  /** `UPGRADE` for the handshake of a websocket. */
  method: string
  url: string
  headers: IncomingHttpHeaders
}

export interface OtherProgram {
  heard: Heard[]
  port: number
  close(): void
}

export async function startOtherProgram(port: number, answer: RequestListener): Promise<OtherProgram> {
  const heard: Heard[] = []
  // Node's own limit for headers is lower than the cookies that a browser keeps for a host.
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) => {
    heard.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    answer(request, response)
  })
  server.on('upgrade', (request, socket) => {
    heard.push({ method: 'UPGRADE', url: request.url ?? '', headers: request.headers })
    socket.destroy()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(close)
  return { heard, port: (server.address() as AddressInfo).port, close }
}

export function answerJson(content: unknown): RequestListener {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(content))
  }
}
