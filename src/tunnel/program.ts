/** An installed program that holds a tunnel open: what it prints, when it ends, and that it does not outlive us. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { FicDevError, messageOf, systemCodeOf } from '../errors.ts'
import type { OpeningOptions, OpenTunnel } from './provider.ts'

/** The variables of the process; those of fic-dev are not handed on. */
export type Variables = Readonly<Record<string, string | undefined>>

export interface ProgramOptions {
  command: string
  args: readonly string[]
  environment: Variables
  /** The line that installs it. */
  install: string
  /** Which of its lines are worth repeating when it ends. All, unless told. */
  isTelling?: (line: string) => boolean
}

const keptLines = 200
const longestLine = 300
const stopMs = 2_000

/** @throws FicDevError TUNNEL_PROVIDER when it is not installed */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const child = spawn(options.command, options.args, {
    env: withoutOurs(options.environment),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    // A Ctrl-C in the terminal is for us: the tunnel is still needed to put the subscription in order.
    detached: process.platform !== 'win32',
  })
  const program = new Program(child, options)
  try {
    await once(child, 'spawn')
  } catch (error) {
    const isMissing = systemCodeOf(error) === 'ENOENT'
    throw new FicDevError(
      'TUNNEL_PROVIDER',
      `${options.command} ${isMissing ? 'is not installed' : `cannot be run: ${messageOf(error)}`}.`,
      { hint: `Install it: ${options.install}`, cause: error },
    )
  }
  return program
}

/** Runs it to its end and gives what it printed on stdout. @throws as `startProgram`, or when it fails */
export async function readProgram(
  options: ProgramOptions,
  { signal, timeoutMs }: Pick<OpeningOptions, 'signal' | 'timeoutMs'>,
): Promise<string> {
  const program = await startProgram(options)
  const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const stop = () => void program.stop()
  until.addEventListener('abort', stop)
  if (until.aborted) stop()
  const words = await program.ended
  until.removeEventListener('abort', stop)
  signal.throwIfAborted()
  const name = [options.command, ...options.args].join(' ')
  if (until.aborted) throw new Error(`${name} did not end in time.`)
  if (words !== null) throw new Error(`${name} ${words}`)
  return program.stdout()
}

export class Program {
  readonly #child: ChildProcess
  readonly #options: ProgramOptions
  readonly #listeners = new Set<(line: string) => void>()
  #lines: string[] = []
  #stdout: string[] = []
  #stopping = false
  #gone = false
  /** Resolves when it is gone: with `null` if it ended well, else with words. */
  readonly ended: Promise<string | null>

  constructor(child: ChildProcess, options: ProgramOptions) {
    this.#child = child
    this.#options = options
    const kill = () => this.#signal('SIGKILL')
    process.once('exit', kill)
    // A write to a program that has gone is no news: its end is.
    child.stdin?.on('error', () => {})
    this.#follow(child.stdout, (line) => this.#stdout.push(line))
    this.#follow(child.stderr)
    this.ended = new Promise((done) => {
      child.once('error', (error) => done(messageOf(error)))
      child.once('close', (code, signal) => done(code === 0 ? null : this.#lastWords(code, signal)))
    })
    void this.ended.then(() => {
      this.#gone = true
      process.off('exit', kill)
    })
  }

  stdout(): string {
    return this.#stdout.join('\n')
  }

  /**
   * What `read` makes of the first line, past or to come, of which it makes something. Rejects, with the program
   * stopped, when `read` throws, when the program ends, after `timeoutMs`, or when `signal` aborts.
   */
  async until<Found>(
    read: (line: string) => Found | undefined,
    { signal, timeoutMs }: Pick<OpeningOptions, 'signal' | 'timeoutMs'>,
  ): Promise<Found> {
    const settled = new AbortController()
    try {
      return await new Promise<Found>((done, fail) => {
        const look = (line: string) => {
          try {
            const found = read(line)
            if (found !== undefined) done(found)
          } catch (thrown) {
            fail(thrown)
          }
        }
        for (const line of this.#lines) look(line)
        settled.signal.addEventListener('abort', this.onLine(look))
        const late = () => fail(new Error(this.#words(`was not ready within ${timeoutMs / 1_000} s`)))
        const timer = setTimeout(late, timeoutMs)
        settled.signal.addEventListener('abort', () => clearTimeout(timer))
        const stop = () => fail(signal.reason)
        signal.addEventListener('abort', stop, { signal: settled.signal })
        if (signal.aborted) stop()
        void this.ended.then((words) => fail(new Error(`${this.#options.command} ${words ?? 'ended'}`)))
      })
    } catch (thrown) {
      await this.stop()
      throw thrown
    } finally {
      settled.abort()
    }
  }

  /** Gives the function that ends it. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** The tunnel that lasts as long as the program. A line that is `suspicious` is a hint, and so is its end. */
  toTunnel(url: string, onHint: OpeningOptions['onHint'], suspicious: RegExp | null = null): OpenTunnel {
    this.onLine((line) => {
      if (!this.#stopping && suspicious?.test(line)) onHint({ kind: 'disconnected', words: clipped(line) })
    })
    void this.ended.then((words) => {
      if (!this.#stopping) onHint({ kind: 'exit', words: `${this.#options.command} ${words ?? 'ended.'}` })
    })
    return { url, granted: null, stop: () => this.stop() }
  }

  /** Asks it to end, and makes it end. Does not reject. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#signal('SIGTERM')
    const timer = setTimeout(() => this.#signal('SIGKILL'), stopMs)
    await this.ended
    clearTimeout(timer)
  }

  #follow(stream: NodeJS.ReadableStream | null, keep: (line: string) => void = () => {}): void {
    if (stream === null) return
    createInterface({ input: stream }).on('line', (line) => {
      this.#lines = [...this.#lines, line].slice(-keptLines)
      keep(line)
      for (const listener of this.#listeners) listener(line)
    })
  }

  #lastWords(code: number | null, signal: NodeJS.Signals | null): string {
    return this.#words(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`, '')
  }

  #words(what: string, name = `${this.#options.command} `): string {
    const { isTelling = () => true } = this.#options
    const telling = this.#lines.filter((line) => line.trim() !== '' && isTelling(line))
    const said = telling.slice(-2).map(clipped).join(' ')
    return `${name}${what}${said === '' ? '.' : `: ${said}`}`
  }

  /** With what it started: a proxy command for example, which may outlive it. */
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined || this.#gone) return
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal)
    } catch {
      // It has just ended.
    }
  }
}

/** The access token is in there. */
function withoutOurs(environment: Variables): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('FIC_')))
}

function clipped(line: string): string {
  const text = line.trim()
  return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text
}
