/** The time, for words like "3 min ago": renewed every few seconds, so that a page at rest stays at rest. */

import { useEffect, useState } from 'react'

const stepMs = 5_000

/** In milliseconds. */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), stepMs)
    return () => clearInterval(timer)
  }, [])
  return nowMs
}
