/** What can be typed next in the filter: fields, then the values of the field. Pure. */

import { notificationKinds, outcomes, qualities, signatureOutcomes } from '../../src/contract/vocabulary.ts'

export interface Completion {
  /** What takes the place of the word that is being typed. */
  insert: string
  /** What it does; empty for a value that says it itself. */
  says: string
}

export interface Completions {
  /** Where the word that is being typed begins and ends in the text. */
  from: number
  to: number
  items: Completion[]
}

/** What this daemon knows. */
export interface Known {
  /** Short names of event types and group types. */
  types: string[]
  companies: number[]
}

const fields: Record<string, { says: string; values: readonly string[] }> = {
  type: { says: 'event type, or a part of one', values: [] },
  target: { says: 'what your app answered last', values: ['2xx', '4xx', '5xx', 'error', 'none'] },
  signature: { says: 'whether it is genuine', values: signatureOutcomes },
  delivery: {
    says: 'what Fatture in Cloud would have done',
    values: outcomes,
  },
  id: { says: 'id of a resource or a notification', values: [] },
  company: { says: 'id of the company', values: [] },
  kind: { says: 'kind of the notification', values: notificationKinds },
  since: { says: 'from then on', values: ['10m', '1h', '1d', 'today'] },
  until: { says: 'before then', values: ['10m', '1h', '1d', 'today'] },
  is: { says: 'a twin, odd, or replayed', values: qualities },
}

/** As the help lists them. */
export const filterHelp: readonly [example: string, says: string][] = [
  ['type:invoices.create', 'an event type or a part of one; type:clients.*, type:entities.all.create'],
  ['target:5xx', 'the status of the last delivery; target:404, target:error, target:none'],
  ['signature:invalid', 'valid, invalid or missing'],
  ['delivery:dropped', outcomes.join(', ')],
  ['id:3062300', 'the id of a resource, or of the notification'],
  ['company:108061', 'the company'],
  ['kind:welcome', notificationKinds.join(', ')],
  ['since:1h', '30m, 2d, today, 10:30, 2026-03-01T10:30; until: likewise'],
  ['is:twin', qualities.join(', ')],
  ['acme "free text"', 'text in body, headers and ids; quotes keep spaces'],
  ['-signature:valid', 'a minus in front: not that'],
]

const most = 12

export function complete(text: string, caret: number, known: Known): Completions {
  const from = text.slice(0, caret).search(/\S*$/)
  const rest = /^\S*/.exec(text.slice(caret))?.[0] ?? ''
  const to = caret + rest.length
  const word = text.slice(from, caret)
  return { from, to, items: itemsFor(word, known).slice(0, most) }
}

/** The text with the completion put in, and where the caret then stands. */
export function applyCompletion(
  text: string,
  { from, to }: Completions,
  { insert }: Completion,
): { text: string; caret: number } {
  const rest = text.slice(to).trimStart()
  // The value of a field is typed next, without a space; a value is over.
  const before = text.slice(0, from) + insert + (insert.endsWith(':') ? '' : ' ')
  const after = insert.endsWith(':') && rest !== '' ? ` ${rest}` : rest
  return { text: before + after, caret: before.length }
}

function itemsFor(word: string, known: Known): Completion[] {
  const parts = /^(-?)([a-z]*)(?:(:)(.*))?$/i.exec(word)
  if (!parts) return []
  const [, minus = '', name = '', colon, typed = ''] = parts
  const field = name.toLowerCase()
  if (colon === undefined) {
    return Object.entries(fields)
      .filter(([each]) => each.startsWith(field))
      .map(([each, { says }]) => ({ insert: `${minus}${each}:`, says }))
  }
  return valuesOf(field, known)
    .filter((value) => value !== typed && fits(value, typed.toLowerCase()))
    .map((value) => ({ insert: `${minus}${field}:${value}`, says: '' }))
}

function valuesOf(field: string, known: Known): readonly string[] {
  if (field === 'type') return known.types
  if (field === 'company') return known.companies.map(String)
  return fields[field]?.values ?? []
}

/** Types are remembered by any of their parts. */
function fits(value: string, typed: string): boolean {
  return value.startsWith(typed) || value.includes(`.${typed}`)
}
