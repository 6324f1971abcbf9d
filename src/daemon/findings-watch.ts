/** Publishes the findings when they have changed. */

import type { StreamMessage } from '../contract/stream.ts'
import { toFindings, toFindingsKey, type FindingFacts } from '../doctor/findings.ts'

export interface FindingsWatchOptions {
  facts(): FindingFacts
  publish(message: StreamMessage): void
}

export interface FindingsWatch {
  /** Called after something may have changed; compares once for all calls of 100 ms. */
  look(): void
  close(): void
}

const lookAfterMs = 100

export function createFindingsWatch({ facts, publish }: FindingsWatchOptions): FindingsWatch {
  let timer: NodeJS.Timeout | null = null
  let isClosed = false
  /** Of the findings that the readers have. At the start there are none. */
  let key = '[]'

  function compare(): void {
    timer = null
    const current = facts()
    const currentKey = toFindingsKey(current)
    if (currentKey === key) return
    key = currentKey
    publish({ type: 'findings', findings: toFindings(current) })
  }

  return {
    look() {
      if (!isClosed) timer ??= setTimeout(compare, lookAfterMs).unref()
    },
    close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}
