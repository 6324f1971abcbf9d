/**
 * Bounds how many connections the sink keeps open. A time-out would bound them too, but it writes a 408 that a tunnel
 * hands to somebody else; here the one that has waited longest is ended without a word.
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface ConnectionLimit {
  /** Open at once. Those whose request is being answered are counted, but never ended: the answer frees them. */
  open: number
  /**
   * Silent ones that stay, the oldest: a tunnel opens its own (localtunnel ten) before a stranger can come through it,
   * and may let them wait for days.
   */
  silent: number
}

/** Twice what the largest burst of senders opens. */
const defaultLimit: ConnectionLimit = { open: 512, silent: 64 }

/** A connection since its last answer, or since it was opened. */
interface Waiting {
  /** What it had sent by then. */
  bytesRead: number
  /** Requests whose headers are here, and that have no answer yet. */
  unanswered: number
  /** The last one of them: only that can be unfinished. */
  request: IncomingMessage | null
  /** Was seen with half a request. */
  isHalf: boolean
}

/** The one that has waited longest stands first. */
type Connections = Map<Socket, Waiting>

/** Watches all connections of the server from now on. */
export function limitConnections(server: Server, limit: Partial<ConnectionLimit> = {}): void {
  const { open, silent } = { ...defaultLimit, ...limit }
  const connections: Connections = new Map()

  server.on('connection', (socket: Socket) => {
    connections.set(socket, { bytesRead: 0, unanswered: 0, request: null, isHalf: false })
    socket.once('close', () => connections.delete(socket))
    if (connections.size > open) findVictim(connections, silent)?.destroy()
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    const waiting = connections.get(socket)
    if (waiting === undefined) return
    waiting.unanswered++
    waiting.request = request
    response.once('close', () => {
      if (--waiting.unanswered === 0) waiting.request = null
      waiting.bytesRead = socket.bytesRead
      waiting.isHalf = false
      if (connections.has(socket)) putLast(connections, socket, waiting)
    })
  })
}

/** The first one known to have half a request; where there is none, the oldest silent one of those that are too many. */
function findVictim(connections: Connections, spared: number): Socket | null {
  let silent = 0
  let oldest: Socket | null = null
  for (const [socket, waiting] of connections) {
    const { request, unanswered, bytesRead } = waiting
    if (unanswered > 1 || request?.complete === true) continue
    if (request === null && socket.bytesRead === bytesRead) {
      silent++
      if (silent > spared) oldest ??= socket
    } else if (waiting.isHalf) {
      return socket
    } else {
      // It may have begun just now, after a long silence: behind all that were seen before, where this loop comes again.
      waiting.isHalf = true
      putLast(connections, socket, waiting)
    }
  }
  return oldest
}

function putLast(connections: Connections, socket: Socket, waiting: Waiting): void {
  connections.delete(socket)
  connections.set(socket, waiting)
}
