/**
 * Which notifications are meant: a filter, and the SQL for it. The SQL is the same for every filter, and the filter is in
 * its parameters: libsql never frees a statement, so there must not be one for each combination of terms.
 */

import type { NotificationKind, Outcome, SignatureOutcome } from '../../contract/vocabulary.ts'
import { findEventType, findGroupType, toLongName, toTypePattern } from '../../fic/event-types.ts'
import { lastFirst } from '../deliveries.ts'
import { searchedBodyBytes } from '../schema.ts'
import type { FilterCondition, FilterTerm, TargetStatus } from './language.ts'
import { idSeparator } from './search.ts'

export interface NotificationFilter {
  /** Only those with a smaller `seq`. */
  before?: number
  /** Only those with a greater `seq`. */
  after?: number
  kind?: NotificationKind
  /** An event type, a part of one, or a group type; as in the filter language. */
  type?: string
  signature?: SignatureOutcome
  /** The verdict of the last delivery; `none`: there was no delivery. */
  delivery?: Outcome
  since?: Date
  until?: Date
  /** What a person typed in the filter language; holds beside all the others. */
  terms?: readonly FilterTerm[]
}

/** A column of the last delivery, NULL if there was none. */
export function lastDelivery(column: string): string {
  return `(SELECT ${column} FROM deliveries d WHERE d.seq = n.seq ORDER BY ${lastFirst} LIMIT 1)`
}

/** The status of the last delivery as one number: an error without a status, no answer yet, and no delivery have their own. */
const statusCodes = { error: -1, pending: -2, none: 0 } as const
const lastStatus = `coalesce(${lastDelivery(
  `CASE WHEN d.status IS NOT NULL THEN d.status WHEN d.error IS NOT NULL THEN ${statusCodes.error} ELSE ${statusCodes.pending} END`,
)}, ${statusCodes.none})`

/** Whether a value is in a parameter that holds a JSON array. */
const isIn = (value: string) => (list: string) => `${value} IN (SELECT value FROM json_each(${list}))`

const containsText = (pattern: string) =>
  String.raw`(n.text LIKE ${pattern} ESCAPE '\' OR (n.body_bytes > ${searchedBodyBytes} AND EXISTS
    (SELECT 1 FROM notifications b WHERE b.seq = n.seq AND CAST(b.body AS TEXT) LIKE ${pattern} ESCAPE '\')))`

const isOfType = (types: string) =>
  String.raw`(n.event_type IN (SELECT value FROM json_each(${types}, '$.exact')) OR EXISTS
    (SELECT 1 FROM json_each(${types}, '$.like') WHERE '.' || n.event_type || '.' LIKE value ESCAPE '\'))`

/** As a number: libsql would take a control character for the end of the statement. */
const separator = `char(${idSeparator.charCodeAt(0)})`

const hasId = (ids: string) =>
  `(n.ce_id IN (SELECT value FROM json_each(${ids})) OR EXISTS
    (SELECT 1 FROM json_each(${ids}) WHERE instr(n.ids, ${separator} || value || ${separator}) > 0))`

const hasStatus = (ranges: string) =>
  `EXISTS (SELECT 1 FROM json_each(${ranges}) WHERE ${lastStatus} BETWEEN value ->> 0 AND value ->> 1)`

const hasAnyText = (patterns: string) =>
  `EXISTS (SELECT 1 FROM json_each(${patterns}) p WHERE ${containsText('p.value')})`
const hasAllTexts = (patterns: string) =>
  `NOT EXISTS (SELECT 1 FROM json_each(${patterns}) p WHERE NOT ${containsText('p.value')})`

/**
 * The conditions, by the name of their parameter; one whose parameter is NULL is not asked for. SQLite evaluates them in
 * this order, so those that read another table or a long text come last.
 */
const conditions: Record<string, (parameter: string) => string> = {
  since: (time) => `n.received_at >= ${time}`,
  until: (time) => `n.received_at < ${time}`,
  kind: isIn('n.kind'),
  signature: isIn('n.signature'),
  company: isIn('n.company'),
  type: isOfType,
  typeToo: isOfType,
  id: hasId,
  twin: () => 'n.twin_of IS NOT NULL',
  problem: () => 'n.problems > 0',
  replayed: () => 'EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = n.seq AND d.replay = 1)',
  delivery: isIn(`coalesce(${lastDelivery('d.verdict')}, 'none')`),
  target: hasStatus,
  // Most searches are for one text, and a list of them takes twice as long.
  text: containsText,
  texts: hasAllTexts,
}

/** The same, for what must not hold. */
const exclusions: typeof conditions = { ...conditions, texts: hasAnyText }

const names = Object.keys(conditions)
const notName = (name: string) => `not_${name}`

/** SQL for what follows a WHERE over `notification_search n`. */
export const filterSql = [
  ...names.map((name) => `(:${name} IS NULL OR ${conditions[name]?.(`:${name}`)})`),
  ...names.map((name) => {
    const parameter = `:${notName(name)}`
    return `(${parameter} IS NULL OR NOT coalesce(${exclusions[name]?.(parameter)}, 0))`
  }),
].join('\n AND ')

export type FilterParameters = Record<string, string | number | null>

/** All parameters of `filterSql`. */
export function toParameters(filter: NotificationFilter): FilterParameters & { since: number | null } {
  const { terms = [] } = filter
  const wanted = toConditions(terms.filter(({ not }) => !not))
  const unwanted = toConditions(terms.filter(({ not }) => not))
  return {
    ...Object.fromEntries(names.flatMap((name) => [name, notName(name)]).map((name) => [name, null])),
    ...wanted,
    ...both(wanted, 'kind', filter.kind),
    ...both(wanted, 'signature', filter.signature),
    ...both(wanted, 'delivery', filter.delivery),
    ...(filter.type !== undefined && { typeToo: toTypes([filter.type]) }),
    ...Object.fromEntries(Object.entries(unwanted).map(([name, value]) => [notName(name), value])),
    ...toTimes(filter, terms),
  }
}

/** Whether the filter looks into texts, where a single row may take long. */
export function looksIntoText(parameters: FilterParameters): boolean {
  return names.some(
    (name) => name.startsWith('text') && (parameters[name] !== null || parameters[notName(name)] !== null),
  )
}

/** The few types, as JSON, that the filter is about: then the index by type finds them. `null` if there is no such limit. */
export function typesOf({ type, typeToo }: FilterParameters): string | null {
  const { exact = [], like = [] } = JSON.parse(String(typeToo ?? type ?? '{}')) as Partial<Types>
  const isFew = exact.length > 0 && exact.length <= mostDriving && like.length === 0
  return isFew ? JSON.stringify(exact) : null
}

/** With more, a walk from the newest one is sooner done than a look into the index for each. */
const mostDriving = 4

/** Fields of which a notification has one value: repeated, they mean "or". Texts and qualities must all hold. */
function toConditions(terms: readonly FilterTerm[]): FilterParameters {
  const parameters: FilterParameters = {}
  const all = <F extends FilterCondition['field']>(field: F) =>
    terms.flatMap((term) => (term.field === field ? [term.value] : [])) as Extract<
      FilterCondition,
      { field: F }
    >['value'][]
  const list = (name: string, values: unknown[]) => {
    if (values.length > 0) parameters[name] = JSON.stringify(values)
  }
  for (const field of ['kind', 'signature', 'company', 'delivery', 'id'] as const) list(field, all(field))
  list('target', all('target').map(toRange))
  for (const quality of all('is')) parameters[quality] = 1
  if (all('type').length > 0) parameters['type'] = toTypes(all('type'))
  const [text, ...texts] = all('text').map(toPattern)
  if (text !== undefined) parameters['text'] = text
  list('texts', texts)
  return parameters
}

/** A value that a flag names as well as a term: it must be among those of the term. */
function both(wanted: FilterParameters, name: string, value: string | undefined): FilterParameters {
  if (value === undefined) return {}
  const others = wanted[name] === undefined ? [value] : (JSON.parse(String(wanted[name])) as unknown[])
  return { [name]: JSON.stringify(others.filter((other) => other === value)) }
}

/** The latest beginning and the earliest end; not since is until. */
function toTimes({ since, until }: NotificationFilter, terms: readonly FilterTerm[]) {
  const from = since === undefined ? [] : [since.getTime()]
  const to = until === undefined ? [] : [until.getTime()]
  for (const term of terms) {
    if (term.field !== 'since' && term.field !== 'until') continue
    const isStart = (term.field === 'since') !== term.not
    ;(isStart ? from : to).push(term.value.getTime())
  }
  return {
    since: from.length === 0 ? null : Math.max(...from),
    not_since: null,
    until: to.length === 0 ? null : Math.min(...to),
    not_until: null,
  }
}

interface Types {
  exact: readonly string[]
  /** Patterns over the type with a dot on both sides. */
  like: string[]
}

/**
 * A type that is known is meant alone, a group type by its members. Anything else is a run of the parts between dots:
 * `invoices.create` or `invoices.*` as people say them.
 */
function toTypes(values: readonly string[]): string {
  const types = { exact: [] as string[], like: [] as string[] }
  for (const name of values) {
    const group = findGroupType(name)
    if (group) types.exact.push(...group.members)
    else if (findEventType(name)) types.exact.push(toLongName(name))
    else types.like.push(toPattern(toTypePattern(name)))
  }
  return JSON.stringify(types satisfies Types)
}

function toRange(status: TargetStatus): [from: number, to: number] {
  if (typeof status === 'object') return [status.from, status.to]
  return [statusCodes[status], statusCodes[status]]
}

function toPattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
}
