/** Runs the command line in a pseudo-terminal: `script` of util-linux makes one without a native module. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { Place } from './process.ts'

const cli = process.env['CLI_UNDER_TEST'] ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** Other systems have a `script` with other flags. */
export const hasTerminal =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false

export interface Terminal {
  /** Waits until this text has come after what was waited for before. */
  shows(text: string): Promise<void>
  /** Types, as a person does. */
  type(text: string): void
  /** Everything that was shown so far, control sequences included. */
  shown(): string
  /** Closes the window. */
  kill(): void
  ended: Promise<number | null>
}

export const ctrlC = '\u0003'
export const enter = '\r'

/** No desktop, so that no browser is opened; colours as the environment says. */
export function openTerminal(args: readonly string[], { cwd, environment = {} }: Place): Terminal {
  const words = [process.execPath, cli, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`)
  const child = spawn('script', ['-qefc', words.join(' '), '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TERM: 'xterm-256color', SHELL: '/bin/sh', ...environment },
    stdio: 'pipe',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let all = ''
  let seen = 0
  const waiting = new Set<() => void>()
  const take = (chunk: Buffer) => {
    all += chunk.toString()
    for (const look of waiting) look()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([exitCode]) => exitCode as number | null)
  return {
    shown: () => all,
    type: (text) => void child.stdin.write(text),
    kill: () => void child.kill('SIGKILL'),
    ended,
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const at = all.indexOf(text, seen)
          if (at === -1) return
          seen = at + text.length
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        void ended.then((exitCode) =>
          reject(new Error(`It ended with ${exitCode} before it showed "${text}":\n${all}`)),
        )
        look()
      }),
  }
}
