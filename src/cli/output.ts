/** Where a command's words go: stdout is for data, stderr for everything else. */

import pc from 'picocolors'
import type { Config } from '../config/config.ts'
import { toJsonLine, visibleLines } from './visible.ts'

export type Colors = ReturnType<typeof pc.createColors>

export interface Output {
  json: boolean
  colors: Colors
  /** A line of data for people, on stdout. What came from outside has to be made visible before. */
  line(text: string): void
  /** An object on a line of its own, on stdout. */
  object(value: unknown): void
  /** A line for people, on stderr. */
  say(text: string): void
  /** As it is, on stdout; resolves when more can be written. */
  write(chunk: Uint8Array | string): Promise<void>
  /** Data from outside: as it is into a file or a pipe; in a terminal, what could steer it is shown as a symbol. */
  data(chunk: Uint8Array): Promise<void>
  /** Whether whoever read stdout has gone: `| head -1`. */
  closed(): boolean
  onClosed(listener: () => void): void
}

export function createOutput({ json, color }: Pick<Config, 'json' | 'color'>): Output {
  const decoder = new TextDecoder()
  return {
    json,
    colors: pc.createColors(color),
    line: (text) => void send(`${text}\n`),
    object: (value) => void send(`${toJsonLine(value)}\n`),
    say: (text) => void process.stderr.write(`${text}\n`),
    write,
    data: (chunk) =>
      write(process.stdout.isTTY ? visibleLines(decoder.decode(chunk, { stream: true })) : chunk),
    closed: () => closed,
    onClosed: (listener) => void listeners.push(listener),
  }
}

// There is one stdout; a reader that goes away is no failure of ours.
let closed = false
const listeners: (() => void)[] = []

/** To be called once, before anything is written. */
export function guardStreams(): void {
  process.stdout.on('error', () => {
    if (closed) return
    closed = true
    for (const listener of listeners) listener()
  })
  process.stderr.on('error', () => {})
}

function write(chunk: Uint8Array | string): Promise<void> {
  return new Promise((resolve) => {
    if (send(chunk) || closed) resolve()
    else process.stdout.once('drain', resolve).once('close', resolve)
  })
}

function send(chunk: Uint8Array | string): boolean {
  return closed ? true : process.stdout.write(chunk)
}

/** Resolves when everything that was printed has left the process. */
export async function flushStreams(): Promise<void> {
  const streams = closed ? [process.stderr] : [process.stdout, process.stderr]
  await Promise.all(
    streams.map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  )
}
