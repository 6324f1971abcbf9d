/** Runs the command line as a child process, in a folder of its own and with nothing of this machine's environment. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished } from 'vitest'
import { builtCli } from './built-cli.ts'

export interface Place {
  cwd: string
  environment?: Record<string, string>
}

export interface Ended {
  exitCode: number | null
  stdout: string
  stderr: string
}

/** An empty folder, removed after the test. */
export function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fic-dev-cli-'))
  // What a closed window ends may still be writing its last.
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))
  return folder
}

function launch(args: readonly string[], { cwd, environment = {} }: Place) {
  if (!existsSync(builtCli)) throw new Error(`There is no ${builtCli}: npm run build makes it.`)
  const child = spawn(process.execPath, [builtCli, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, ...environment },
    stdio: 'pipe',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Runs to the end. */
export async function run(args: readonly string[], place: Place, input = ''): Promise<Ended> {
  const child = launch(args, place)
  // It may end before it has read everything.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [stdout, stderr, [exitCode]] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { exitCode, stdout, stderr }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

export interface Running {
  /** Waits for the next line of stdout that fits, parsed as JSON; lines before it are passed over. */
  line(fits: (line: JsonLine) => boolean): Promise<JsonLine>
  /** The same, as it was printed. */
  text(fits: (line: string) => boolean): Promise<string>
  /** All lines of stdout so far. */
  lines: string[]
  stderr(): string
  /** Waits until stderr holds this. */
  said(text: string | RegExp): Promise<void>
  signal(name: NodeJS.Signals): void
  /** Writes to its stdin, which stays open. */
  write(text: string): void
  endInput(): void
  /** Closes our end of its stdout, as `head -1` does. */
  closeStdout(): void
  closeStderr(): void
  ended: Promise<number | null>
}

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks at members that its expectation names
export type JsonLine = Record<string, any>

const anyPort = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']

/** Starts a daemon with `--json`. */
export function start(args: readonly string[], place: Place): Running {
  return follow(['start', '--json', ...anyPort, ...args], place)
}

/** Starts a command that stays, and reads what it prints line by line. */
export function follow(args: readonly string[], place: Place): Running {
  const child = launch(args, place)
  const lines: string[] = []
  const waiting = new Set<() => void>()
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
    for (const look of waiting) look()
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const look of waiting) look()
  })
  const ended = once(child, 'close').then(([exitCode]) => exitCode as number | null)
  let read = 0
  const next = (fits: (line: string) => boolean) => {
    const found = lines.findIndex((line, index) => index >= read && fits(line))
    read = found === -1 ? lines.length : found + 1
    return lines[found]
  }
  /** Tries again with everything that comes, until there is something. */
  const until = <Found>(find: () => Found | undefined) =>
    new Promise<Found>((resolve, reject) => {
      const look = () => {
        const found = find()
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      void ended.then((exitCode) => reject(new Error(`It ended with ${exitCode}. ${errors}`)))
      look()
    })
  return {
    lines,
    stderr: () => errors,
    signal: (name) => void child.kill(name),
    write: (text) => void child.stdin.write(text),
    endInput: () => void child.stdin.end(),
    closeStdout: () => child.stdout.destroy(),
    closeStderr: () => child.stderr.destroy(),
    ended,
    said: async (text) => {
      const isThere = () => (typeof text === 'string' ? errors.includes(text) : text.test(errors))
      await until(() => isThere() || undefined)
    },
    text: (fits) => until(() => next(fits)),
    line: async (fits) => JSON.parse(await until(() => next((line) => fits(JSON.parse(line))))),
  }
}

/** The line that a daemon with `--json` prints once everything is up. */
export const isReady = (line: JsonLine) => line['type'] === 'ready'

/** Ends a daemon as `kill -9` does. */
export async function kill(daemon: Running): Promise<void> {
  daemon.signal('SIGKILL')
  await daemon.ended
}

/** The process id of the daemon that runs in this folder. */
export function pidIn(cwd: string, dataDir = '.fic-dev'): number {
  return JSON.parse(readFileSync(join(cwd, dataDir, 'daemon.json'), 'utf8')).pid
}

/** Waits until a signal has stopped a process. */
export async function isStopped(pid: number): Promise<void> {
  const state = () => /^\d+ \(.*\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
  await expect.poll(state).toBe('T')
}

/** The CloudEvents ids that the store of a folder holds, as `export` prints them. */
export async function storedIds(cwd: string, flags: readonly string[] = []): Promise<string[]> {
  const { stdout } = await run(['export', '--format', 'ndjson', ...flags], { cwd })
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line).notification.cloudEvent.id)
}
