/** Waits for the end of a long-running command. The number of signals is not the number of wishes. */

import { closeSync } from 'node:fs'
import type { EventEmitter } from 'node:events'

/** Exit code of the process by the signal that came first. Ctrl-Break and a closed console window are Windows'. */
const exitCodes = { SIGINT: 130, SIGBREAK: 130, SIGTERM: 0, SIGHUP: 0 } as const

/**
 * Signals that arrive this soon after the first are the same wish: `concurrently` and npm pass Ctrl-C on to a process
 * that the terminal has already signaled, and a closing tmux sends SIGTERM and SIGHUP.
 */
export const oneWishMs = 1_000

export interface Ending {
  /** Resolves with the exit code when the end is wanted. */
  wanted: Promise<number>
  /** Asks for the end by other means than a signal: a key, a closed stdout. */
  ask(exitCode: number): void
}

/** `leave` ends the process at once, with exit code 130: a signal came that is a second wish. */
export function awaitEnding(leave: () => void, signals: EventEmitter = process): Ending {
  const asked: number[] = []
  let isOneWish = true
  let resolve: (exitCode: number) => void = () => {}
  const wanted = new Promise<number>((settle) => (resolve = settle))
  const ask = (exitCode: number) => {
    asked.push(exitCode)
    if (asked.length > 1) return
    // Signals that are pending together arrive in any order: an interruption counts as one.
    setImmediate(() => resolve(Math.max(...asked)))
    // A signal that arrived in time while the process was busy is read between the timer and the immediate.
    setTimeout(() => setImmediate(() => (isOneWish = false)), oneWishMs).unref()
  }
  for (const [signal, exitCode] of Object.entries(exitCodes)) {
    signals.on(signal, () => {
      if (signal === 'SIGHUP') process.once('exit', letGoOfTerminal)
      if (isOneWish) ask(exitCode)
      else leave()
    })
  }
  return { wanted, ask }
}

/** On leaving, Node restores the terminal, and aborts with an assertion if the terminal is gone. */
export function letGoOfTerminal(): void {
  for (const descriptor of [0, 1, 2]) {
    try {
      closeSync(descriptor)
    } catch {
      // It was closed already.
    }
  }
}
