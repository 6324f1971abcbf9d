/** The title of the tab: how many notifications came while nobody was looking. */

import { useEffect, useState } from 'react'

export function useTitle(arrivals: number): void {
  const [lookedAt, setLookedAt] = useState(arrivals)

  useEffect(() => {
    const look = () => {
      if (!document.hidden) setLookedAt(arrivals)
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [arrivals])

  useEffect(() => {
    const unread = arrivals - lookedAt
    document.title = unread > 0 ? `(${unread}) fic-dev` : 'fic-dev'
  }, [arrivals, lookedAt])
}
