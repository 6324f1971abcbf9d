/** HTTP by hand over a plain socket, so that no client mends what a test wants to break. */

import { connect } from 'node:net'

export interface WireAnswer {
  /** `null` when the connection was closed without an answer. */
  status: number | null
  /** By lower-case name; the last one counts. */
  headers: Record<string, string>
  body: string
}

export interface Wire extends Disposable {
  send(bytes: string | Buffer): void
  /** No more bytes will come from this side. */
  finish(): void
  /** The next answer on this connection. */
  answer(): Promise<WireAnswer>
  /** Everything that came, once the other side has closed. */
  closed(): Promise<string>
}

/** Opens a connection to a port of this machine. */
export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  let received = ''
  let all = ''
  let isClosed = false
  let notice = () => {}
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    all += chunk.toString('latin1')
    notice()
  })
  const end = () => {
    isClosed = true
    socket.end()
    notice()
  }
  socket.on('end', end).on('close', end).on('error', end)

  /** Looks again after each event until there is something. */
  const until = <T>(look: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      notice = () => {
        const found = look()
        if (found !== undefined) resolve(found)
      }
      notice()
    })

  return {
    send: (bytes) => void socket.write(bytes),
    finish: () => void socket.end(),
    answer: () =>
      until(() => {
        const read = readAnswer(received, isClosed)
        if (read === undefined) return undefined
        received = received.slice(read.length)
        return read.answer
      }),
    closed: () => until(() => (isClosed ? all : undefined)),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** Sends the bytes on a connection of their own; the first answer to them. */
export async function ask(port: number, bytes: string | Buffer): Promise<WireAnswer> {
  using wire = await openWire(port)
  wire.send(bytes)
  return await wire.answer()
}

/** A request from its first line, header lines and body; `Content-Length` is written where there is a body. */
export function toRequest(line: string, headers: readonly string[] = [], body: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(body)
  const length = bytes.length === 0 ? [] : [`Content-Length: ${bytes.length}`]
  const head = [`${line} HTTP/1.1`, ...headers, ...length, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes])
}

function readAnswer(text: string, isClosed: boolean): { answer: WireAnswer; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) {
    return isClosed ? { answer: { status: null, headers: {}, body: text }, length: text.length } : undefined
  }
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const rest = text.slice(end + 4)
  const bodyLength = lengthOf(headers, rest, isClosed)
  if (bodyLength === undefined || rest.length < bodyLength) {
    if (!isClosed) return undefined
  }
  const body = rest.slice(0, bodyLength)
  return {
    answer: { status: Number(statusLine.split(' ')[1]), headers, body },
    length: end + 4 + body.length,
  }
}

function lengthOf(headers: Record<string, string>, rest: string, isClosed: boolean): number | undefined {
  if (headers['content-length'] !== undefined) return Number(headers['content-length'])
  if (headers['transfer-encoding'] === 'chunked') {
    const last = rest.indexOf('0\r\n\r\n')
    return last === -1 ? undefined : last + 5
  }
  return headers['connection'] === 'close' && !isClosed ? undefined : rest.length
}
