/** Where a command's words go: stdout is for data, stderr for everything else. Nobody else writes to either. */

import { fstatSync } from 'node:fs'
import pc from 'picocolors'
import type { Config } from '../config/config.ts'
import { FicDevError, messageOf } from '../errors.ts'
import { BottomLine } from './terminal/bottom-line.ts'
import { toJsonLine, visible, visibleLines } from './terminal/visible.ts'
import { typed } from './typed.ts'

export type Colors = ReturnType<typeof pc.createColors>

export interface Output {
  json: boolean
  colors: Colors
  /** What stands below everything else, for a while; `null` where it would be in the way. */
  bottom: BottomLine | null
  /** A line of data for people, on stdout. What came from outside has to be made visible before. */
  line(text: string): void
  /** An object on a line of its own, on stdout. */
  object(value: unknown): void
  /** A line for people, on stderr. Its commands can be typed as they are printed. */
  say(text: string): void
  /** As it is, on stdout; resolves when more can be written. */
  write(chunk: Uint8Array | string): Promise<void>
  /** A part of a line for people, on stderr: a question and what is answered. Nothing may stand below it. */
  tell(chunk: Uint8Array | string, done?: () => void): void
  /** Data from outside: as it is into a file or a pipe; in a terminal, what could steer it is shown as a symbol. */
  data(chunk: Uint8Array): Promise<void>
  /** Whether stdout takes nothing more: its reader has gone (`| head -1`), or the disk is full. */
  closed(): boolean
  onClosed(listener: () => void): void
}

export interface Manner extends Pick<Config, 'json' | 'color'> {
  /** Whether something may stand at the bottom of the terminal. */
  live?: boolean
}

export function createOutput({ json, color, live = false }: Manner): Output {
  const decoder = new TextDecoder()
  return {
    json,
    colors: pc.createColors(color),
    bottom: live ? bottom : null,
    line: (text) => void send(`${text}\n`),
    object: (value) => void send(`${toJsonLine(value)}\n`),
    say: (text) => tell(`${typed(text)}\n`),
    write,
    data: (chunk) =>
      write(process.stdout.isTTY ? visibleLines(decoder.decode(chunk, { stream: true })) : chunk),
    tell,
    closed: () => closed,
    onClosed: (listener) => void listeners.push(listener),
  }
}

// There is one stdout.
let closed = false
let failure: FicDevError | null = null
const listeners: (() => void)[] = []
// And one terminal.
const bottom = new BottomLine(process.stderr)

/** The line for what is not wrong, but perhaps not expected. */
export function noteLine(note: string, colors: Colors): string {
  return `${colors.yellow('note')}: ${visible(note)}`
}

/** To be called once, before anything is written. */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (closed) return
    closed = true
    // A reader that goes away has read enough; a terminal that is closed gives EIO.
    const isGone = error.code === 'EPIPE' || (error.code === 'EIO' && process.stdout.isTTY)
    if (!isGone) failure = toOutputFailure('stdout', error)
    for (const listener of listeners) listener()
  })
  process.stderr.on('error', () => {})
  process.on('exit', () => {
    bottom.remove()
    letGo()
  })
}

/**
 * Streams that keep what is written until the end of the turn: a system call for each line costs more than its text.
 * Not above a line at the bottom, which is drawn between the lines, and not in a log file, where the lines of both streams
 * stay in their order.
 */
const held = new Set<NodeJS.WriteStream>()
let isOneFile: boolean | null = null

function findOneFile(): boolean {
  try {
    const [out, error] = [fstatSync(1), fstatSync(2)]
    return out.isFile() && error.isFile() && out.dev === error.dev && out.ino === error.ino
  } catch {
    // One of them is closed.
    return false
  }
}

function hold(stream: NodeJS.WriteStream): void {
  if (bottom.isShown || held.has(stream) || (isOneFile ??= findOneFile())) return
  if (held.size === 0) setImmediate(letGo)
  held.add(stream)
  stream.cork()
}

function letGo(): void {
  for (const stream of held) stream.uncork()
  held.clear()
}

function write(chunk: Uint8Array | string): Promise<void> {
  return new Promise((resolve) => {
    if (send(chunk) || closed) return resolve()
    const done = () => {
      process.stdout.off('drain', done).off('close', done)
      resolve()
    }
    process.stdout.on('drain', done).on('close', done)
  })
}

function send(chunk: Uint8Array | string): boolean {
  if (!closed) hold(process.stdout)
  return closed || process.stdout.write(withWay(chunk))
}

function tell(chunk: Uint8Array | string, done?: () => void): void {
  hold(process.stderr)
  process.stderr.write(withWay(chunk), done)
}

/** In one write: what goes to two streams has no order of its own, even where both are one terminal. */
function withWay(chunk: Uint8Array | string): Uint8Array | string {
  const way = bottom.makeWay()
  if (way === '') return chunk
  return typeof chunk === 'string' ? way + chunk : Buffer.concat([Buffer.from(way), chunk])
}

/** Whether both streams are one terminal: a pager, say, that reads stdout would be drawn over. */
export function sharesTerminal(): boolean {
  return process.stdout.isTTY && process.stderr.isTTY && fstatSync(1).rdev === fstatSync(2).rdev
}

/** For what can't be written, as on a full disk. */
export function toOutputFailure(name: string, cause: unknown): FicDevError {
  return new FicDevError('OUTPUT_FAILED', `${name} cannot be written: ${messageOf(cause)}.`, {
    hint: 'Is the disk full? The output so far is incomplete.',
    cause,
  })
}

/** Resolves when everything that was printed has left the process, with the failure if something did not. */
export async function flushStreams(): Promise<FicDevError | null> {
  bottom.remove()
  const streams = closed ? [process.stderr] : [process.stdout, process.stderr]
  await Promise.all(
    streams.map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))),
  )
  return failure
}
