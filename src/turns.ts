/** Long work in short turns of the event loop, so that requests are answered while it goes on. */

import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long work may keep a turn, in milliseconds. */
export const turnMs = 5

/**
 * Returns a function for work to await between its steps. It returns nothing while the turn is short; otherwise it
 * resolves in the next turn, after what has arrived meanwhile.
 */
export function createTurns(longestMs = turnMs): () => Promise<void> | undefined {
  let startedAt = performance.now()
  return () => {
    if (performance.now() - startedAt < longestMs) return undefined
    return nextTurn().then(() => {
      startedAt = performance.now()
    })
  }
}
