/** Views that the first screen does without. They are loaded while it is looked at, or as soon as one is needed. */

import { lazy } from 'react'
import type { ComponentType } from 'react'
import type * as Rest from './rest.ts'

/** Long enough for the first screen to be drawn, and to answer to a first press. */
const restMs = 1_000

/** One of them. Until it is here, the nearest `Suspense` shows its fallback. */
export function later<Props extends object>(choose: (rest: typeof Rest) => ComponentType<Props>) {
  return lazy(async () => ({ default: choose(await import('./rest.ts')) }))
}

/** Loads them before they are needed: then none of them waits, even when the daemon has gone. */
export function loadTheRest(): void {
  setTimeout(() => {
    // Whoever needs one of them tries again, and says that it failed.
    import('./rest.ts').catch(() => {})
  }, restMs)
}
