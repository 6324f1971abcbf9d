/** A server of smee's protocol, as small as it can be: a POST to a channel goes to those who listen there as an event. */

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const listeners = new Set<ServerResponse>()

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    response.write('event: ready\ndata: {}\n\n')
    listeners.add(response)
    response.on('close', () => listeners.delete(response))
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
    const payload = { ...request.headers, body, query: {}, timestamp: Date.now() }
    const event = `id: ${Date.now()}\ndata: ${JSON.stringify(payload)}\n\n`
    for (const listener of listeners) listener.write(event)
    response.writeHead(200, { 'content-length': 0 }).end()
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/channel`)
})
