/** The SQL for the terms of the filter language. */

import { findEventType, findGroupType, toLongName } from '../fic/event-types.ts'
import { isPublication } from './deliveries.ts'
import type { FilterCondition, FilterTerm, TargetStatus } from './filter-language.ts'
import { idSeparator, searchedBodyBytes } from './search.ts'

/** Adds a condition with its parameters in order; all of them must hold. */
export type Add = (condition: string, ...values: unknown[]) => void

interface Sql {
  condition: string
  values: unknown[]
}

/** Fields of which a notification can have several things at once; the others have one value, so repeating means "or". */
const together: ReadonlySet<FilterCondition['field']> = new Set(['text', 'is', 'since', 'until'])

export function addTerms(terms: readonly FilterTerm[], add: Add): void {
  const anyOf = new Map<string, Sql[]>()
  for (const term of terms) {
    const sql = toSql(term)
    if (term.not) add(`NOT coalesce(${sql.condition}, 0)`, ...sql.values)
    else if (together.has(term.field)) add(sql.condition, ...sql.values)
    else anyOf.set(term.field, [...(anyOf.get(term.field) ?? []), sql])
  }
  for (const alternatives of anyOf.values()) {
    const conditions = alternatives.map(({ condition }) => condition)
    add(`(${conditions.join(' OR ')})`, ...alternatives.flatMap(({ values }) => values))
  }
}

export function addText(text: string, add: Add): void {
  const { condition, values } = textSql(text)
  add(condition, ...values)
}

/** A column of the last delivery, NULL where there was none. */
export function lastDelivery(column: 'verdict' | 'status'): string {
  return `(SELECT d.${column} FROM deliveries d WHERE d.seq = n.seq ORDER BY ${isPublication}, d.id DESC LIMIT 1)`
}

/**
 * Of one of these types. The plus keeps the index out: with many types, SQLite would collect all that fit and sort them,
 * where a walk from the newest one is soon done.
 */
export function isOneOf(types: readonly string[]): string {
  return `+n.event_type IN (${types.map(() => '?').join(', ')})`
}

function toSql(term: FilterTerm): Sql {
  switch (term.field) {
    case 'text':
      return textSql(term.value)
    case 'type':
      return typeSql(term.value)
    case 'id':
      return idSql(term.value)
    case 'company':
      return { condition: 'n.company = ?', values: [term.value] }
    case 'kind':
      return { condition: 'n.kind = ?', values: [term.value] }
    case 'signature':
      return { condition: 'n.signature = ?', values: [term.value] }
    case 'delivery':
      return term.value === 'none'
        ? noDelivery
        : { condition: `${lastDelivery('verdict')} = ?`, values: [term.value] }
    case 'target':
      return targetSql(term.value)
    case 'is':
      return { condition: qualities[term.value], values: [] }
    case 'since':
      return { condition: 'n.received_at >= ?', values: [term.value.getTime()] }
    case 'until':
      return { condition: 'n.received_at < ?', values: [term.value.getTime()] }
  }
}

const noDelivery: Sql = { condition: `${lastDelivery('verdict')} IS NULL`, values: [] }

const qualities = {
  twin: 'n.twin_of IS NOT NULL',
  problem: 'n.problems > 0',
  replayed: 'EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = n.seq AND d.replay = 1)',
} as const

function textSql(text: string): Sql {
  const pattern = toPattern(text)
  return {
    condition: String.raw`(n.text LIKE ? ESCAPE '\' OR (n.body_bytes > ${searchedBodyBytes}
      AND EXISTS (SELECT 1 FROM notifications b WHERE b.seq = n.seq AND CAST(b.body AS TEXT) LIKE ? ESCAPE '\')))`,
    values: [pattern, pattern],
  }
}

/**
 * A type that is known is meant alone, a group type by its members. Anything else is a run of the parts between dots:
 * `invoices.create` or `invoices.*` as people say them.
 */
function typeSql(name: string): Sql {
  const group = findGroupType(name)
  if (group) return { condition: isOneOf(group.members), values: group.members }
  if (findEventType(name)) return { condition: 'n.event_type = ?', values: [toLongName(name)] }
  const run = name.replace(/\.?\*$/, '')
  if (run === '') return { condition: 'n.event_type IS NOT NULL', values: [] }
  return {
    condition: String.raw`'.' || n.event_type || '.' LIKE ? ESCAPE '\'`,
    values: [toPattern(name.endsWith('*') && !name.endsWith('.*') ? `.${run}` : `.${run}.`)],
  }
}

/** Of a resource, or of the notification itself. */
function idSql(id: string): Sql {
  return {
    condition: '(n.ce_id = ? OR instr(n.ids, ?) > 0)',
    values: [id, idSeparator + id + idSeparator],
  }
}

function targetSql(status: TargetStatus): Sql {
  if (status === 'none') return noDelivery
  if (status === 'error') {
    const last = 'SELECT d.status IS NULL AND d.error IS NOT NULL FROM deliveries d'
    return {
      condition: `(${last} WHERE d.seq = n.seq ORDER BY ${isPublication}, d.id DESC LIMIT 1)`,
      values: [],
    }
  }
  return { condition: `${lastDelivery('status')} BETWEEN ? AND ?`, values: [status.from, status.to] }
}

function toPattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
}
