/** An HTTP proxy on loopback that leads every name where the test says, and servers with TLS behind it. */

import { createServer, request as sendRequest, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { certificates } from './certificates.ts'

export interface TestProxy {
  port: number
  /** The request lines without the version: `CONNECT app.test:443`, `GET http://app.test/x`. */
  requests: string[]
  /** The `Proxy-Authorization` of each request. */
  authorizations: (string | undefined)[]
}

/** A port on 127.0.0.1, or the status with which the proxy refuses. */
export type Route = { port: number } | { status: number }

/** `route` is called with the host, without the port. */
export async function startProxy(route: (host: string) => Route): Promise<TestProxy> {
  const requests: string[] = []
  const authorizations: (string | undefined)[] = []
  const server = createServer((incoming, response) => {
    requests.push(`${incoming.method} ${incoming.url}`)
    authorizations.push(incoming.headers['proxy-authorization'])
    const url = new URL(incoming.url ?? '')
    const way = route(url.hostname)
    if ('status' in way) return void response.writeHead(way.status).end()
    const { 'proxy-authorization': _own, ...headers } = incoming.headers
    const path = url.pathname + url.search
    const sent = sendRequest(
      { port: way.port, host: '127.0.0.1', method: incoming.method, path, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
        answer.pipe(response)
      },
    )
    sent.on('error', () => fail(response))
    incoming.pipe(sent)
  })
  server.on('connect', (incoming, client: Socket) => {
    requests.push(`CONNECT ${incoming.url}`)
    authorizations.push(incoming.headers['proxy-authorization'])
    client.on('error', () => client.destroy())
    const way = route(new URL(`http://${incoming.url}`).hostname)
    if ('status' in way) return void client.end(`HTTP/1.1 ${way.status} Refused\r\n\r\n`)
    const other = connect(way.port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      client.pipe(other).pipe(client)
    })
    other.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    client.on('close', () => other.destroy())
  })
  return { port: await listen(server), requests, authorizations }
}

/** What is behind may end in the middle of its answer. */
function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(502).end()
}

/** A server with TLS in front of one without, as a reverse proxy is. Returns its port. */
export function startTlsFront(target: () => number): Promise<number> {
  const server = createTlsServer(certificates.proxied, (incoming, response) => {
    const { method, url: path, headers } = incoming
    const sent = sendRequest({ port: target(), host: '127.0.0.1', method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
      answer.pipe(response)
    })
    sent.on('error', () => fail(response))
    incoming.pipe(sent)
  })
  return listen(server)
}

async function listen(server: Server & { closeAllConnections?: () => void }): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}
