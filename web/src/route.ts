/**
 * The address bar: `#/` is the list, `#/n/<seq>` an opened notification (what lies over it follows: panel-route.ts),
 * `#/status` and its like another screen; `?q=` what the list is filtered by.
 */

import { useCallback, useEffect, useRef, useState } from 'react'

export const screens = ['notifications', 'status', 'subscription', 'coverage', 'doctor', 'token'] as const
export type Screen = (typeof screens)[number]

export interface Route {
  screen: Screen
  /** The opened notification. */
  seq: number | null
  query: string
}

export function readRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const query = new URLSearchParams(search).get('q') ?? ''
  const seq = /^n\/(\d{1,15})(?:\/|$)/.exec(path)?.[1]
  const screen = screens.find((each) => each === path) ?? 'notifications'
  return { screen, seq: seq === undefined ? null : Number(seq), query }
}

export function toHash({ screen, seq, query }: Route): string {
  const path = seq !== null ? `n/${seq}` : screen === 'notifications' ? '' : screen
  return `#/${path}${query === '' ? '' : `?${new URLSearchParams({ q: query })}`}`
}

/** Leads elsewhere; what is left out stays. */
export type Go = (change: Partial<Route>) => void

/** The route now, and the function that changes it. `onChange` is told of each, the first included. */
export function useRoute(onChange: (route: Route) => void): [Route, Go] {
  const [route, setRoute] = useState(() => readRoute(location.hash))
  const current = useRef(route)

  useEffect(() => {
    const read = () => {
      current.current = readRoute(location.hash)
      setRoute(current.current)
      onChange(current.current)
    }
    read()
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [onChange])

  const go = useCallback<Go>(
    (change) => {
      const next = { ...current.current, ...change }
      // Typing in the filter is one step back, not one per letter.
      const isTyping = next.query !== current.current.query
      // The browser tells of a changed address only later; a key pressed meanwhile must find the new state.
      current.current = next
      setRoute(next)
      onChange(next)
      if (isTyping) history.replaceState(null, '', toHash(next))
      else location.hash = toHash(next)
    },
    [onChange],
  )
  return [route, go]
}
