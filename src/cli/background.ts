/** Starts a daemon that goes on without this terminal, and waits until it is ready or has failed. */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { Option } from 'commander'
import type { DaemonAddresses } from '../daemon.ts'
import { refuseSecond } from '../daemon/open-store.ts'
import { errorCodeOf, FicDevError, type ErrorJson } from '../errors.ts'
import { openInBrowser } from './browser.ts'
import type { Invocation } from './command.ts'
import { logFileOf, openLogFile } from './log-file.ts'
import { addressLines } from './terminal/report.ts'
import { visible } from './terminal/visible.ts'

export interface BackgroundOptions {
  background?: boolean
  /** This process is the one that was started by `--background`. */
  inBackground?: boolean
}

const flag = '--background'
const innerFlag = '--in-background'

/** For commands that run a daemon. */
export const backgroundOptions = [
  new Option(flag, 'run in the background and print to .fic-dev/fic-dev.log'),
  new Option(innerFlag).hideHelp(),
]

/** What the process in the background sends to the one that started it. */
type Outcome = { type: 'ready'; addresses: DaemonAddresses } | { type: 'failed'; error: ErrorJson }

/** No console window on Windows; the types of `fork` leave it out. */
const hidden = { windowsHide: true }

/** Returns the exit code. @throws FicDevError what the daemon failed with */
export async function startInBackground({ config, output }: Invocation<object>): Promise<number> {
  const { dataDir } = config
  // First, so that the log of the one that runs stays its own.
  await refuseSecond(dataDir)
  const logFile = logFileOf(dataDir)
  if (!output.json) output.say(output.colors.dim(`log ${visible(logFile)}`))
  const descriptor = openLogFile(dataDir)
  const child = fork(
    process.argv[1] ?? '',
    process.argv.slice(2).map((word) => (word === flag ? innerFlag : word)),
    { detached: true, stdio: ['ignore', descriptor, descriptor, 'ipc'], ...hidden },
  )
  closeSync(descriptor)
  const ended = once(child, 'exit').then(([exitCode]) => exitCode as number | null)
  ended.catch(() => {})
  let isInterrupted = false
  const interrupt = () => {
    isInterrupted = true
    // It has no terminal, so the signal has not reached it; it ends with the connection.
    if (child.connected) child.disconnect()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
  const outcome = await new Promise<Outcome | { type: 'ended'; exitCode: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Outcome))
    child.once('error', reject)
    void ended.then((exitCode) => resolve({ type: 'ended', exitCode: exitCode ?? 1 }))
  })
  if (isInterrupted) return 130
  if (outcome.type === 'failed') {
    // After that its ports and its store are free again.
    await ended
    const { code, message, hint } = outcome.error
    throw new FicDevError(errorCodeOf(code), message, { hint })
  }
  if (outcome.type === 'ended') {
    throw new FicDevError(
      'INTERNAL',
      `fic-dev ended with exit code ${outcome.exitCode} before it was ready.`,
      {
        hint: `Its output is in ${logFile}`,
      },
    )
  }
  const { addresses } = outcome
  if (output.json) output.object({ type: 'ready', ...addresses, pid: child.pid, logFile })
  else {
    const { colors } = output
    output.say(colors.bold(colors.green(`fic-dev is ready, in the background (process ${child.pid})`)))
    output.say(addressLines(addresses, colors).join('\n'))
    output.say('fic-dev logs prints its output, fic-dev stop ends it.')
  }
  if (config.open) await openInBrowser(addresses.openUrl)
  return 0
}

/** The side of the process in the background. */
export interface Starter {
  /** Tells the outcome to the process that started this one, and lets it go. */
  report(outcome: Outcome): Promise<void>
}

/** Calls `onAbandoned` if the process that started this one ends before it knows the outcome. */
export function connectToStarter(onAbandoned: () => void): Starter {
  process.once('disconnect', onAbandoned)
  return {
    async report(outcome) {
      process.off('disconnect', onAbandoned)
      if (!process.connected) return
      await new Promise<void>((resolve) => process.send?.(outcome, undefined, undefined, () => resolve()))
      if (process.connected) process.disconnect()
    },
  }
}
