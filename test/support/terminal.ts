/** Runs the command line in a pseudo-terminal: `script` of util-linux makes one without a native module. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { builtCli } from './built-cli.ts'
import { descendantsOf, signalTo } from './process-facts.ts'
import type { Place } from './process.ts'

/** Other systems have a `script` with other flags. */
export const hasTerminal =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false

export interface Terminal {
  /** Waits until this text has come after what was waited for before. */
  shows(text: string): Promise<void>
  /** Waits until more has been shown than so many characters. */
  more(than: number): Promise<void>
  /** Types, as a person does. */
  type(text: string): void
  /** Everything that was shown so far, control sequences included. */
  shown(): string
  /** Closes the window. */
  kill(): void
  /** Resolves with the exit code of the command. */
  ended: Promise<number | null>
  /** Resolves when the last process that the command started has ended. */
  allEnded: Promise<unknown>
}

export interface Window {
  columns: number
  rows: number
}

export const ctrlC = '\u0003'
export const enter = '\r'

/** Runs the built program in a terminal. */
export function openTerminal(args: readonly string[], place: Place, window?: Window): Terminal {
  return openCommand([process.execPath, builtCli, ...args], place, window)
}

/** No desktop, so that no browser is opened; colors as the environment says. Without a window it has no size. */
export function openCommand(
  command: readonly string[],
  { cwd, environment = {} }: Place,
  window?: Window,
): Terminal {
  const words = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`)
  const size = window === undefined ? '' : `stty cols ${window.columns} rows ${window.rows}; tty; exec `
  const child = spawn('script', ['-qefc', size + words.join(' '), '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TERM: 'xterm-256color', SHELL: '/bin/sh', ...environment },
    // The program inherits the last one. It closes when the last process that has it has ended, `script` or not.
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
  const allEnded = once(child.stdio[3] as Readable, 'close')
  /** What runs in the window; still known once `script` has ended. */
  let programs: number[] = []
  const killWindow = () => {
    if (child.pid !== undefined) programs = descendantsOf(child.pid)
    child.kill('SIGKILL')
  }
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) killWindow()
    for (const pid of programs) signalTo(pid, 'SIGKILL')
    // After that, its folder can be removed.
    await allEnded
  })
  let all = ''
  let seen = 0
  const waiting = new Set<() => void>()
  const take = (chunk: string) => {
    all += chunk
    for (const look of waiting) look()
  }
  child.stdout.setEncoding('utf8').on('data', take)
  child.stderr.setEncoding('utf8').on('data', take)
  child.stdin.on('error', () => {})
  /** Looks at everything that comes. */
  const until = (isThere: () => boolean, what: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!isThere()) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      void ended.then((exitCode) => reject(new Error(`It ended with ${exitCode} before ${what}:\n${all}`)))
      look()
    })
  const ended = once(child, 'close').then(([exitCode]) => exitCode as number | null)
  return {
    shown: () => all,
    type: (text) => void child.stdin.write(text),
    kill: killWindow,
    ended,
    allEnded,
    shows: (text) =>
      until(() => {
        const at = all.indexOf(text, seen)
        if (at === -1) return false
        seen = at + text.length
        return true
      }, `it showed "${text}"`),
    more: (than) => until(() => all.length > than, 'more came'),
  }
}
