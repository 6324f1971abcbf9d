/** Lets the answer to an unfinished request arrive: nginx calls it a lingering close. */

import type { IncomingMessage } from 'node:http'

/** What is discarded at most before the connection is closed all the same. */
const discardedBytes = 16 * 1024 * 1024
const discardingMs = 2_000

/**
 * Makes the close after the last answer a half-close, and discards what the peer still sends. A socket that is closed
 * with unread bytes sends a reset, and a reset takes an answer with it that the peer has not read yet.
 */
export function lingerAfterAnswer(request: IncomingMessage): void {
  const { socket } = request
  const destroySoon = socket.destroySoon.bind(socket)
  // Node's HTTP server calls this once the last answer of a connection is written.
  socket.destroySoon = () => {
    if (request.complete || socket.readableEnded) return destroySoon()
    socket.end()
    let leftBytes = discardedBytes
    const destroy = () => void socket.destroy()
    const timer = setTimeout(destroy, discardingMs)
    request.on('data', (chunk: Buffer) => {
      leftBytes -= chunk.length
      if (leftBytes < 0) destroy()
    })
    request.once('end', destroy).once('error', destroy)
    socket.once('end', destroy).once('close', () => clearTimeout(timer))
  }
}
