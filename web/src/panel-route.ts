/** What lies over an opened notification, as the address says: `#/n/5/edit`, `#/n/5/compare/3`, `#/n/5/answers/7/9`. */

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
