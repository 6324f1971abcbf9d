/** Keeps what lies over the opened notification in the address, so that a link and the back button lead to it. */

import { useCallback, useEffect, useState } from 'react'
import { readPanel, toPanelPath } from './panel-route.ts'
import type { Panel } from './panel-route.ts'

/** The panel of the address, and the function that opens another or, with `null`, none. */
export function usePanel(): [Panel | null, (panel: Panel | null) => void] {
  const [panel, setPanel] = useState(() => readPanel(location.hash))
  useEffect(() => {
    const read = () => setPanel(readPanel(location.hash))
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])

  const open = useCallback((next: Panel | null) => {
    const [, base = '', query = ''] = /^(#\/n\/\d+)[^?]*(\?.*)?$/.exec(location.hash) ?? []
    if (!base) return
    location.hash = base + toPanelPath(next) + query
    setPanel(next)
  }, [])
  return [panel, open]
}
