/** A developer's app, as small as it can be: a real HTTP server that keeps what it got and answers as told. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { freePort } from './ports.ts'

export interface ReceivedRequest {
  method: string
  path: string
  rawHeaders: string[]
  headers: IncomingMessage['headers']
  body: Buffer
}

/** Answers a request; a number stands for that status without a body. */
export type AnswerWith = number | ((request: ReceivedRequest, response: ServerResponse) => void)

export interface Target extends AsyncDisposable {
  url: string
  port: number
  received: ReceivedRequest[]
  answerWith(answer: AnswerWith): void
  /** Resolves when a connection has come and gone without a request: fic-dev looks whether anything listens. */
  looked: Promise<void>
  /** Resolves with all requests so far as soon as there are `count`. */
  waitFor(count: number): Promise<ReceivedRequest[]>
  close(): Promise<void>
}

/** On a port of its own, or on the one that an earlier target had; another program can't take it in between. */
export async function startTarget(port = 0, answer: AnswerWith = 200): Promise<Target> {
  const ownPort = port === 0 ? await freePort() : port
  const received: ReceivedRequest[] = []
  const waiting: { count: number; resolve: (requests: ReceivedRequest[]) => void }[] = []
  let answerNow = answer

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', rawHeaders, headers } = request
      const one = { method, path, rawHeaders, headers, body: Buffer.concat(chunks) }
      received.push(one)
      if (typeof answerNow === 'number') response.writeHead(answerNow).end()
      else answerNow(one, response)
      for (const { count, resolve } of waiting) if (received.length >= count) resolve([...received])
    })
  })
  const looked = new Promise<void>((resolve) => {
    server.on('connection', (socket) => socket.once('close', () => socket.bytesRead === 0 && resolve()))
  })
  await new Promise<void>((resolve) => server.listen(ownPort, '127.0.0.1', resolve))

  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    url: `http://127.0.0.1:${ownPort}/webhooks`,
    port: ownPort,
    received,
    looked,
    answerWith: (next) => (answerNow = next),
    waitFor: (count) =>
      received.length >= count
        ? Promise.resolve([...received])
        : new Promise((resolve) => waiting.push({ count, resolve })),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The CloudEvents ids that a target has received. */
export const idsAt = (target: Target) =>
  new Set(target.received.map(({ headers }) => String(headers['ce-id'])))

/** Waits until the target has received every one of these ids. */
export async function arrived(target: Target, ids: readonly string[]): Promise<void> {
  const missing = new Set(ids)
  let seen = 0
  while (missing.size > 0) {
    // Each of them needs a request of its own.
    const received = await target.waitFor(seen + missing.size)
    for (const { headers } of received.slice(seen)) missing.delete(String(headers['ce-id']))
    seen = received.length
  }
}
