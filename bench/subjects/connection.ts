/** A kept HTTP connection that costs its process as little as can be: whole requests out, status codes back. */

import { connect, type Socket } from 'node:net'

export class Connection {
  readonly #port: number
  #socket: Socket | null = null
  #received = ''
  #settle: ((status: number) => void) | null = null

  constructor(port: number) {
    this.#port = port
  }

  get isFree(): boolean {
    return this.#settle === null
  }

  /** Gives the status; 0 where the connection ended without an answer. One request at a time. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#socket ??= this.#open()
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket?.destroy()
  }

  #open(): Socket {
    const socket = connect(this.#port, '127.0.0.1').setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#take(chunk.toString('latin1')))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = null
      this.#end(0)
    })
    return socket
  }

  #take(text: string): void {
    this.#received += text
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const head = this.#received.slice(0, headEnd).toLowerCase()
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1]
    const isComplete =
      length === undefined
        ? !head.includes('transfer-encoding: chunked') || this.#received.endsWith('\r\n0\r\n\r\n')
        : this.#received.length >= headEnd + 4 + Number(length)
    if (!isComplete) return
    const status = Number(this.#received.slice(9, 12))
    if (head.includes('\r\nconnection: close')) {
      this.#socket?.destroy()
      this.#socket = null
    }
    this.#end(status)
  }

  #end(status: number): void {
    this.#received = ''
    const settle = this.#settle
    this.#settle = null
    settle?.(status)
  }
}
