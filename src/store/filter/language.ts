/**
 * The filter language: what a person types → terms, or what is wrong with it. Pure.
 * `type:invoices.create target:5xx since:1h "free text" -negation`
 */

import { notificationKinds, outcomes, qualities, signatureOutcomes } from '../../contract/vocabulary.ts'
import type { NotificationKind, Outcome, Quality, SignatureOutcome } from '../../contract/vocabulary.ts'
import { readTime, timeForms } from './time.ts'

/** The status of the last delivery: one, or a hundred of them, or none because of an error, or no delivery at all. */
export type TargetStatus = { from: number; to: number } | 'error' | 'none'

/** What one term asks of a notification. */
export type FilterCondition =
  /** In the body, the headers without the token, the ids or the problems; case does not matter. */
  | { field: 'text'; value: string }
  | { field: 'type'; value: string }
  | { field: 'id'; value: string }
  | { field: 'company'; value: number }
  | { field: 'kind'; value: NotificationKind }
  | { field: 'signature'; value: SignatureOutcome }
  | { field: 'delivery'; value: Outcome }
  | { field: 'target'; value: TargetStatus }
  | { field: 'is'; value: Quality }
  | { field: 'since'; value: Date }
  | { field: 'until'; value: Date }

export type FilterTerm = FilterCondition & { not: boolean }

export type FilterReading =
  { outcome: 'filter'; terms: FilterTerm[] } | { outcome: 'problems'; problems: string[] }

type Field = Exclude<FilterCondition['field'], 'text'>

/** Nobody types more; each is a condition that the store must look at. */
const mostTerms = 50

/** A longer text is not looked for: comparing takes its length times that of each body. */
const longestText = 200

/** Never throws. `now` is what `since:1h` counts from; clock times are those of this machine. */
export function readFilterText(text: string, now: Date): FilterReading {
  const terms: FilterTerm[] = []
  const problems: string[] = []
  for (const word of splitWords(text)) {
    const read = readWord(word, now)
    if (typeof read === 'string') problems.push(read)
    else if (read !== null) terms.push({ ...read, not: word.not })
  }
  if (terms.length > mostTerms)
    problems.push(`A filter has at most ${mostTerms} terms; this has ${terms.length}.`)
  return problems.length > 0 ? { outcome: 'problems', problems } : { outcome: 'filter', terms }
}

/** Names before a colon that are no fields, so that the word is searched as text. Not those of URLs, nor slips. */
export function findUnknownFields(text: string): string[] {
  return splitWords(text).flatMap(({ name, value }) =>
    name === null || name.length < 2 || /^(?:\/\/|$)/.test(value) || nearest(name.toLowerCase()) !== null
      ? []
      : [name],
  )
}

interface Word {
  not: boolean
  /** What stands before the colon, where it can be a field; `null` for plain text. */
  name: string | null
  value: string
}

/** A minus, a name and a colon, a value; the value is quoted, or ends at the next space. */
const wordPattern = /(-(?=["\p{L}\p{N}]))?(?:(\p{L}+):)?(?:"((?:[^"\\]|\\[\s\S])*)"?|(\S+)|(?<=:))/gu

function splitWords(text: string): Word[] {
  return [...text.matchAll(wordPattern)].map(([, minus, name, quoted, plain]) => ({
    not: minus !== undefined,
    name: name ?? null,
    value: quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\(["\\])/g, '$1'),
  }))
}

/** A sentence where the word is a mistake; `null` where it says nothing. */
function readWord({ name, value }: Word, now: Date): FilterCondition | string | null {
  if (value.length > longestText)
    return `A text in a filter has at most ${longestText} characters; "${value.slice(0, 20)}…" has ${value.length}.`
  if (name === null) return value === '' ? null : { field: 'text', value }
  const field = name.toLowerCase()
  if (!isField(field)) {
    const meant = nearest(field)
    // Ids and URLs have colons, too: only what looks like a slip is a mistake.
    if (meant === null) return { field: 'text', value: `${name}:${value}` }
    return `There is no "${name}:". Did you mean "${meant}:"? To search for the text, put it in quotes.`
  }
  if (value === '') return `"${field}:" needs a value: ${filterFields[field]}.`
  return readers[field](value, now) ?? `Invalid value in "${field}:${value}". Use ${filterFields[field]}.`
}

type Reader = (value: string, now: Date) => FilterCondition | null

const readers: Record<Field, Reader> = {
  type: (value) => ({ field: 'type', value }),
  id: (value) => ({ field: 'id', value }),
  company: (value) => (/^\d{1,15}$/.test(value) ? { field: 'company', value: Number(value) } : null),
  kind: (value) => pick('kind', notificationKinds, value),
  signature: (value) => pick('signature', signatureOutcomes, value),
  delivery: (value) => pick('delivery', outcomes, value),
  is: (value) => pick('is', qualities, value),
  target(value) {
    const status = readStatus(value.toLowerCase())
    return status === null ? null : { field: 'target', value: status }
  },
  since: (value, now) => toCondition('since', readTime(value, now)),
  until: (value, now) => toCondition('until', readTime(value, now)),
}

/** The fields of a filter, and the values that each takes. */
export const filterFields: Readonly<Record<Field, string>> = {
  type: 'an event type, a part of one, or a group type',
  id: 'the id of a resource or of a notification',
  company: 'a number',
  kind: notificationKinds.join(', '),
  signature: signatureOutcomes.join(', '),
  delivery: outcomes.join(', '),
  is: qualities.join(', '),
  target: 'a status such as 500, 5xx, error, none',
  since: timeForms,
  until: timeForms,
}

const fields = Object.keys(readers) as Field[]

function isField(name: string): name is Field {
  return (fields as string[]).includes(name)
}

function pick<F extends 'kind' | 'signature' | 'delivery' | 'is'>(
  field: F,
  values: readonly string[],
  value: string,
): FilterCondition | null {
  const found = values.find((each) => each === value.toLowerCase())
  // The words of a list belong to its field: the table above pairs them.
  return found === undefined ? null : ({ field, value: found } as FilterCondition)
}

function readStatus(value: string): TargetStatus | null {
  if (value === 'error' || value === 'none') return value
  if (/^[1-5]xx$/.test(value)) {
    const from = Number(value[0]) * 100
    return { from, to: from + 99 }
  }
  return /^[1-9]\d\d$/.test(value) ? { from: Number(value), to: Number(value) } : null
}

function toCondition(field: 'since' | 'until', time: Date | null): FilterCondition | null {
  return time === null ? null : { field, value: time }
}

/** The field that a name is one slip away from: a letter too many, too few, another, or two in the wrong order. */
function nearest(name: string): Field | null {
  return fields.find((field) => field.length > 2 && isSlip(name, field)) ?? null
}

function isSlip(name: string, field: string): boolean {
  const [short, long] = name.length < field.length ? [name, field] : [field, name]
  if (long.length - short.length > 1) return false
  let at = 0
  while (at < short.length && short[at] === long[at]) at++
  if (long.length > short.length) return short.slice(at) === long.slice(at + 1)
  const swapped = short[at] === long[at + 1] && short[at + 1] === long[at]
  return short.slice(at + 1) === long.slice(at + 1) || (swapped && short.slice(at + 2) === long.slice(at + 2))
}
