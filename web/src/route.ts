/** The address bar: `#/n/<seq>` is an opened notification (what lies over it follows: panel-route.ts), anything else the list. */

import { useCallback, useEffect } from 'react'

/** The `seq` that the address names; `null` for the list. */
export function readRoute(hash: string): number | null {
  const match = /^#\/n\/(\d{1,15})(?:[/?]|$)/.exec(hash)
  return match ? Number(match[1]) : null
}

export function toRoute(seq: number | null): string {
  return seq === null ? '#/' : `#/n/${seq}`
}

/** Tells what the address names, now and on each change. Gives the function that changes it. */
export function useRoute(onChange: (seq: number | null) => void): (seq: number | null) => void {
  useEffect(() => {
    const read = () => onChange(readRoute(location.hash))
    read()
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [onChange])

  return useCallback(
    (seq) => {
      // The browser tells of a changed address only later; a key pressed meanwhile must find the new state.
      onChange(seq)
      location.hash = toRoute(seq)
    },
    [onChange],
  )
}
