/** Which notifications are meant: a filter, and the SQL for it. */

import type { NotificationKind, SignatureOutcome, Verdict } from '../contract/notification.ts'
import { findGroupType, toLongName } from '../fic/event-types.ts'
import type { FilterTerm } from './filter-language.ts'
import { addTerms, addText, isOneOf, lastDelivery, type Add } from './filter-terms.ts'

export interface NotificationFilter {
  /** Only those with a smaller `seq`. */
  before?: number
  /** Only those with a greater `seq`. */
  after?: number
  /** Text that stands in the body, the headers (the token left out), the ids or the words on it; case does not matter. */
  q?: string
  kind?: NotificationKind
  /** An event type or group type, short or long; a `*` at the end stands for any rest. */
  type?: string
  signature?: SignatureOutcome
  /** The verdict of the last delivery; `none`: there was no delivery. */
  delivery?: Verdict | 'none'
  since?: Date
  until?: Date
  /** What a person typed in the filter language; holds beside all the others. */
  terms?: readonly FilterTerm[]
}

/** The WHERE clause over `notification_search n`, empty where everything is meant, with its parameters in order. */
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
  if (filter.terms !== undefined) addTerms(filter.terms, add)

  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, parameters }
}

function addType(name: string, add: Add): void {
  const long = toLongName(name)
  const group = findGroupType(name)
  if (long.endsWith('*')) add('substr(n.event_type, 1, ?) = ?', long.length - 1, long.slice(0, -1))
  else if (group) add(isOneOf(group.members), ...group.members)
  else add('n.event_type = ?', long)
}

function addDelivery(verdict: Verdict | 'none', add: Add): void {
  const last = lastDelivery('verdict')
  if (verdict === 'none') add(`${last} IS NULL`)
  else add(`${last} = ?`, verdict)
}
