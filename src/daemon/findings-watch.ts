/** Publishes the findings when they have changed. */

import type { Status } from '../contract/status.ts'
import type { StreamMessage } from '../contract/stream.ts'
import { toFindingsKey } from '../doctor/findings.ts'

export interface FindingsWatchOptions {
  status(): Status
  publish(message: StreamMessage): void
}

export interface FindingsWatch {
  /** Called after something may have changed; compares once for all calls of 100 ms. */
  look(): void
  close(): void
}

const lookAfterMs = 100

export function createFindingsWatch({ status, publish }: FindingsWatchOptions): FindingsWatch {
  let timer: NodeJS.Timeout | null = null
  let isClosed = false
  /** Of the findings that the readers have. At the start there are none. */
  let key = '[]'

  function compare(): void {
    timer = null
    const current = status()
    const currentKey = toFindingsKey(current)
    if (currentKey === key) return
    key = currentKey
    publish({ type: 'findings', findings: current.findings })
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
