/** The stream: what happens, told to every open inspector at once. */

import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { StreamMessage } from '../contract/stream.ts'
import type { Notification } from '../contract/notification.ts'
import { toListItem, toRowDelivery } from './list-item.ts'
import type { View } from '../contract/vocabulary.ts'

export interface StreamParts {
  hello(): Extract<StreamMessage, { type: 'hello' }>
  /** The numbers of notifications after a cursor, oldest first. */
  seqsAfter(seq: number, limit: number): number[]
  /** One of them; `null` if it is gone. */
  listed(seq: number): Notification | null
  lastSeq(): number
}

export interface Stream {
  /** Greets a reader on its connection, and gives it what it missed since `after` before anything live. */
  add(socket: WebSocket, connection: Duplex, options: ReaderOptions): void
  publish(message: StreamMessage): void
  /** Closes the connections of readers whose session was revoked or has expired. */
  closeRefused(): void
  readers(): number
  close(): void
}

export interface ReaderOptions {
  after: number | null
  view: View
  /** Whether its session is still valid. */
  mayRead(): boolean
}

/** A reader that has more than this waiting is too slow; it gets `lagged` once it has caught up. */
const bufferLimitBytes = 1024 * 1024
/** More than this is fetched by pages, not streamed. */
const backfillLimit = 1_000
const pingEveryMs = 20_000

interface Reader {
  socket: WebSocket
  connection: Duplex
  view: View
  mayRead(): boolean
  /** What is sent in one turn of the event loop goes out in one write. */
  corked: boolean
  lagging: boolean
  lastSeq: number
  alive: boolean
}

export function createStream(parts: StreamParts): Stream {
  const readers = new Set<Reader>()
  const pings = setInterval(ping, pingEveryMs).unref()

  function add(socket: WebSocket, connection: Duplex, { after, view, mayRead }: ReaderOptions): void {
    const lastSeq = after ?? parts.lastSeq()
    const reader: Reader = {
      socket,
      connection,
      view,
      mayRead,
      corked: false,
      lagging: false,
      lastSeq,
      alive: true,
    }
    socket.on('pong', () => (reader.alive = true))
    socket.on('close', () => readers.delete(reader))
    socket.on('error', () => socket.terminate())
    send(reader, parts.hello())
    // Reading the store and joining happen in one turn, so nothing can fall between what was missed and what is live.
    if (after !== null) backfill(reader, after)
    readers.add(reader)
  }

  function backfill(reader: Reader, after: number): void {
    const missed = parts.seqsAfter(after, backfillLimit + 1)
    if (missed.length > backfillLimit) {
      send(reader, { type: 'lagged', after, lastSeq: parts.lastSeq() })
      return
    }
    for (const seq of missed) {
      // The rest would not be sent.
      if (reader.lagging) return
      const notification = parts.listed(seq)
      if (notification !== null) send(reader, { type: 'notification', notification })
    }
  }

  function send(reader: Reader, message: StreamMessage): void {
    deliver(reader, message, toText(message, reader.view))
  }

  function deliver(reader: Reader, message: StreamMessage, text: string): void {
    if (reader.lagging) return
    if (reader.socket.bufferedAmount > bufferLimitBytes) {
      reader.lagging = true
      waitForDrain(reader)
      return
    }
    if (message.type === 'notification') reader.lastSeq = message.notification.seq
    cork(reader)
    reader.socket.send(text)
  }

  function cork(reader: Reader): void {
    if (reader.corked) return
    reader.corked = true
    reader.connection.cork()
    setImmediate(() => {
      reader.corked = false
      reader.connection.uncork()
    })
  }

  /** `ws` tells when a message has left; an empty ping is a message that costs the reader nothing. */
  function waitForDrain(reader: Reader): void {
    reader.socket.ping('', undefined, (error?: Error | null) => {
      if (error) return
      reader.lagging = false
      send(reader, { type: 'lagged', after: reader.lastSeq, lastSeq: parts.lastSeq() })
    })
  }

  function closeRefused(): void {
    for (const reader of readers) {
      if (reader.mayRead()) continue
      readers.delete(reader)
      reader.socket.close(1008, 'the session has ended')
    }
  }

  function ping(): void {
    closeRefused()
    for (const reader of readers) {
      if (!reader.alive && !reader.lagging) reader.socket.terminate()
      reader.alive = false
      reader.socket.ping()
    }
  }

  return {
    add,
    publish(message) {
      closeRefused()
      if (readers.size === 0) return
      const texts: Partial<Record<View, string>> = {}
      for (const reader of readers) {
        const text = (texts[reader.view] ??= toText(message, reader.view))
        deliver(reader, message, text)
      }
    },
    closeRefused,
    readers: () => readers.size,
    close() {
      clearInterval(pings)
      for (const { socket } of readers) socket.close(1001, 'fic-dev stops')
    },
  }
}

function toText(message: StreamMessage, view: View): string {
  if (message.type === 'notification') {
    return JSON.stringify({ ...message, notification: toListItem(message.notification, view) })
  }
  if (message.type === 'delivery' && view === 'row') {
    return JSON.stringify({ ...message, delivery: toRowDelivery(message.delivery) })
  }
  return JSON.stringify(message)
}
