/** Waits for the end of a long-running command: the first signal asks for it, a second Ctrl-C leaves at once. */

import { closeSync } from 'node:fs'

const exitCodes = { SIGINT: 130, SIGTERM: 0, SIGHUP: 0 } as const

export interface Ending {
  /** Resolves with the exit code when somebody wants an end. */
  wanted: Promise<number>
  /** Asks for the end by other means than a signal: a key, a closed stdout. */
  ask(exitCode: number): void
}

/** `leave` ends the process without further ado. */
export function awaitEnding(leave: (exitCode: number) => void): Ending {
  let asked = false
  let resolve: (exitCode: number) => void = () => {}
  const wanted = new Promise<number>((settle) => (resolve = settle))
  const ask = (exitCode: number) => {
    asked = true
    resolve(exitCode)
  }
  for (const [signal, exitCode] of Object.entries(exitCodes)) {
    process.on(signal, () => {
      if (signal === 'SIGHUP' && !asked) process.once('exit', letGoOfTerminal)
      // A terminal that is closed tells so several times over; that is no hurry.
      if (asked && signal !== 'SIGHUP') leave(exitCode)
      ask(exitCode)
    })
  }
  return { wanted, ask }
}

/** On leaving, Node puts the terminal back as it was, and breaks off with an assertion where that is gone. */
function letGoOfTerminal(): void {
  for (const descriptor of [0, 1, 2]) {
    try {
      closeSync(descriptor)
    } catch {
      // It was closed already.
    }
  }
}
