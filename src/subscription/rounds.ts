/** Runs the keeper's rounds: one after the other, those asked for at once as one, and again when a timer says so. */

import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'

export interface Rounds {
  /** A round that begins after now; shared with whoever else asks before it begins. */
  ask(): Promise<void>
  /** A round of its own. */
  askManually(): Promise<void>
  /** Whether a round has been asked for and has not begun. */
  isAsked(): boolean
  /** Does something else in turn, while no round runs. Its failure is the caller's. */
  between<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when all that were asked for are over. */
  settled(): Promise<void>
  /** Replaces an earlier time. Does not keep the process alive. */
  askIn(delayMs: number): void
  /** The one that runs goes on; no other begins. */
  stop(): void
}

/** Timers of Node end at 2^31 ms. */
const longestTimerMs = 24 * 3600_000

export function createRounds(round: (isManual: boolean) => Promise<void>, log: Logger): Rounds {
  let queue: Promise<void> = Promise.resolve()
  let asked: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  function enqueue(isManual: boolean): Promise<void> {
    queue = queue
      .then(() => {
        if (!isManual) asked = null
        clearTimeout(timer)
        return isStopped ? undefined : round(isManual)
      })
      .catch((thrown: unknown) => log.error({ reason: messageOf(thrown) }, 'subscription round failed'))
    return queue
  }

  const ask = (): Promise<void> => (asked ??= enqueue(false))

  return {
    ask,
    askManually: () => enqueue(true),
    isAsked: () => asked !== null,
    between(work) {
      const done = queue.then(work)
      queue = done.then(
        () => {},
        () => {},
      )
      return done
    },
    settled: () => queue,
    askIn(delayMs) {
      clearTimeout(timer)
      if (isStopped) return
      timer = setTimeout(() => void ask(), Math.min(delayMs, longestTimerMs))
      timer.unref()
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
