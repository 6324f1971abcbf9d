/** Large writes in steps of a few milliseconds, with pauses in which notifications are captured as fast as usual. */

import { rest } from '../time.ts'
import type { WriteQueue } from './write-queue.ts'

/** A step that takes longer is followed by a smaller one. */
const stepMs = 4
/** Pause after each step, as a multiple of its time. */
const pauseRatio = 2

const firstSize = 20
const largestSize = 1_000

export interface Steps {
  /**
   * Runs `step` in one commit after another, each with the state that the one before returned, until it returns no more.
   * `size` is how many rows it may look at. `isUrgent`: without pauses. Returns the last state.
   */
  run<State>(
    start: State,
    step: (state: State, size: number) => Step<State>,
    options?: StepOptions,
  ): Promise<State>
  /** The step under way is the last one. */
  close(): void
}

/** A write may run twice before it is committed, so what it has learned is in its result only. */
interface Step<State> {
  state: State
  isMore: boolean
}

interface StepOptions {
  isUrgent?: boolean
}

export function createSteps(queue: WriteQueue): Steps {
  const closing = new AbortController()
  return {
    async run(start, step, { isUrgent = false } = {}) {
      let size = firstSize
      let done = { state: start, isMore: true }
      while (done.isMore && !closing.signal.aborted) {
        const { state } = done
        const { tookMs, ...next } = await queue.write(() => {
          const startedAt = performance.now()
          return { ...step(state, size), tookMs: performance.now() - startedAt }
        })
        done = next
        if (tookMs < stepMs / 2) size = Math.min(largestSize, size * 2)
        else if (tookMs > stepMs) size = Math.max(1, Math.floor(size / 2))
        if (done.isMore && !isUrgent) await rest(tookMs * pauseRatio, closing.signal)
      }
      return done.state
    },
    close: () => closing.abort(),
  }
}
