/** The counts of the last hour, asked for again when something has come: at most every two seconds, less often if they are many. */

import { useEffect, useRef, useState } from 'react'
import type { HistogramBucket } from '../../src/contract/board.ts'
import { fetchHistogram } from './board-api.ts'

const restMs = 2_000
/** The daemon takes nothing in while it counts, so that is never more than a twentieth of its time. */
const restPerMs = 20

/** Somebody who types a filter wants the list first; the counts come when they have stopped. */
const typingRestMs = 250

/** `pulse` changes with everything that may change the counts; `ready`: the daemon is there, and has given the list. */
export function useHistogram(query: string, pulse: number, ready: boolean): HistogramBucket[] {
  const [buckets, setBuckets] = useState<HistogramBucket[]>([])
  const nextAtMs = useRef(0)
  const asked = useRef<string | null>(null)

  useEffect(() => {
    if (!ready) return
    if (asked.current !== query) nextAtMs.current = Date.now() + typingRestMs
    asked.current = query
    const timer = setTimeout(
      () => {
        const askedAtMs = Date.now()
        nextAtMs.current = askedAtMs + restMs
        // A filter that is being typed may not be understood yet: then the chart stays as it was.
        fetchHistogram(query).then(
          (found) => {
            nextAtMs.current = Math.max(nextAtMs.current, Date.now() + (Date.now() - askedAtMs) * restPerMs)
            if (asked.current === query) setBuckets(found)
          },
          () => {},
        )
      },
      Math.max(0, nextAtMs.current - Date.now()),
    )
    return () => clearTimeout(timer)
    // The pulse is why it is asked again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [query, pulse, ready])
  return buckets
}
