/** Which notifications are meant: a filter, and the SQL for it. */

import type { NotificationKind, SignatureOutcome, Verdict } from '../contract/notification.ts'
import { findGroupType, toLongName } from '../fic/event-types.ts'

export interface NotificationFilter {
  /** Only those with a smaller `seq`. */
  before?: number
  /** Only those with a greater `seq`. */
  after?: number
  /** Text that stands in the event type, the id, the body, the headers or the signature's words; case does not matter. */
  q?: string
  kind?: NotificationKind
  /** An event type or group type, short or long; a `*` at the end stands for any rest. */
  type?: string
  signature?: SignatureOutcome
  /** The verdict of the last delivery; `none`: there was no delivery. */
  delivery?: Verdict | 'none'
  since?: Date
  until?: Date
}

/** The WHERE clause, empty where everything is meant, with its parameters in order. */
export function toWhere(filter: NotificationFilter): { where: string; parameters: unknown[] } {
  const conditions: string[] = []
  const parameters: unknown[] = []
  const add = (condition: string, ...values: unknown[]) => {
    conditions.push(condition)
    parameters.push(...values)
  }

  if (filter.before !== undefined) add('n.seq < ?', filter.before)
  if (filter.after !== undefined) add('n.seq > ?', filter.after)
  if (filter.kind !== undefined) add('n.kind = ?', filter.kind)
  if (filter.type !== undefined) addType(filter.type, add)
  if (filter.signature !== undefined) add('n.signature = ?', filter.signature)
  if (filter.delivery !== undefined) addDelivery(filter.delivery, add)
  if (filter.since !== undefined) add('n.received_at >= ?', filter.since.getTime())
  if (filter.until !== undefined) add('n.received_at < ?', filter.until.getTime())
  if (filter.q !== undefined && filter.q !== '') addText(filter.q, add)

  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, parameters }
}

type Add = (condition: string, ...values: unknown[]) => void

function addType(name: string, add: Add): void {
  const long = toLongName(name)
  const group = findGroupType(name)
  if (long.endsWith('*')) add('substr(n.event_type, 1, ?) = ?', long.length - 1, long.slice(0, -1))
  else if (group) add(`n.event_type IN (${group.members.map(() => '?').join(', ')})`, ...group.members)
  else add('n.event_type = ?', long)
}

/** The details are JSON: only its values count, not the names of its members, and looking for those values costs more. */
function addText(text: string, add: Add): void {
  const pattern = toPattern(text)
  add(
    String.raw`(CAST(n.body AS TEXT) LIKE ? ESCAPE '\' OR (n.details LIKE ? ESCAPE '\'
      AND EXISTS (SELECT 1 FROM json_tree(n.details) v WHERE v.atom LIKE ? ESCAPE '\')))`,
    pattern,
    toPattern(JSON.stringify(text).slice(1, -1)),
    pattern,
  )
}

function toPattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
}

function addDelivery(verdict: Verdict | 'none', add: Add): void {
  const last = 'SELECT d.verdict FROM deliveries d WHERE d.seq = n.seq ORDER BY d.id DESC LIMIT 1'
  if (verdict === 'none') add(`NOT EXISTS (${last})`)
  else add(`(${last}) = ?`, verdict)
}
