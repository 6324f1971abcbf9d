/** How tests of the page wait for what it shows. */

import { expect } from 'vitest'

/** Polls until the expectation holds; a busy machine may take its time. */
export function eventually<T>(look: () => T) {
  return expect.poll(look, { interval: 30 })
}
