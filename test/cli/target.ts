/** A small real app that notifications are handed to. */

import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

export interface Received {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Target {
  url: string
  received: Received[]
  /** Answers from now on. */
  status: number
}

export async function startTarget(): Promise<Target> {
  const received: Received[] = []
  const target: Target = { url: '', received, status: 200 }
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString()
    received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body })
    response.writeHead(target.status).end('seen')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  target.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`
  return target
}
