/** A target that speaks bytes, for what an HTTP library would not show or would not do. */

import { createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RawRequest {
  /** As it came over the wire, one character per byte. */
  text: string
  /** The lines before the body, the request line first. */
  lines: string[]
  /** The connection that it came on, counted from 1. */
  connection: number
}

export interface RawTarget {
  url: string
  port: number
  requests: RawRequest[]
}

/** `answer` is called for every whole request, counted from 1. All is closed when the test is over. */
export async function startRawTarget(
  answer: (socket: Socket, number: number, request: RawRequest) => void,
): Promise<RawTarget> {
  const requests: RawRequest[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    const connection = ++connections
    let waiting = ''
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      waiting += chunk
      for (;;) {
        const length = wholeLength(waiting)
        if (length === null) return
        const text = waiting.slice(0, length)
        const request = { text, lines: text.split('\r\n\r\n', 1)[0]?.split('\r\n') ?? [], connection }
        waiting = waiting.slice(length)
        requests.push(request)
        answer(socket, requests.length, request)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/webhooks`, port, requests }
}

/** How long the first whole request is; `null` when it is not there yet. */
function wholeLength(text: string): number | null {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return null
  const bodyBytes = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0)
  const length = head + 4 + bodyBytes
  return text.length >= length ? length : null
}
