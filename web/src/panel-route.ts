/** What lies over an opened notification, as the address says: `#/n/5/edit`, `#/n/5/compare/3`, `#/n/5/answers/7/9`. */

import { useCallback, useEffect, useState } from 'react'

export type Panel =
  | { kind: 'edit' }
  /** `other` is a notification's `seq`; `null` while nobody has chosen. */
  | { kind: 'compare'; other: number | null }
  /** Two deliveries by id. */
  | { kind: 'answers'; left: number | null; right: number | null }

const pattern = /^#\/n\/\d{1,15}\/(edit|compare|answers)(?:\/(\d{1,15}))?(?:\/(\d{1,15}))?(?:\?|$)/

export function readPanel(hash: string): Panel | null {
  const [, kind, first, second] = pattern.exec(hash) ?? []
  const toNumber = (text: string | undefined) => (text === undefined ? null : Number(text))
  if (kind === 'edit') return { kind }
  if (kind === 'compare') return { kind, other: toNumber(first) }
  return kind === 'answers' ? { kind, left: toNumber(first), right: toNumber(second) } : null
}

/** What follows `#/n/<seq>`. */
export function toPanelPath(panel: Panel | null): string {
  if (panel === null) return ''
  const numbers =
    panel.kind === 'edit' ? [] : panel.kind === 'compare' ? [panel.other] : [panel.left, panel.right]
  return `/${[panel.kind, ...numbers.filter((number) => number !== null)].join('/')}`
}

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
