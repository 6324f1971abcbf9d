/** Where the API keeps the resource behind an id of a notification (protocol section 9). */

import { eventTypePrefix } from './event-types.ts'

/** Beginning of the short event type → folder of the company. The first that fits counts. */
const folders: readonly (readonly [RegExp, string])[] = [
  [/^issued_documents\..*\.delete$/, 'bin/issued_documents'],
  [/^received_documents\.delete$/, 'bin/received_documents'],
  // Whether this id is of the pending or of the registered document is unknown: pending is to be tried first.
  [/^received_documents\.e_invoices\.receive$/, 'received_documents/pending'],
  [/^issued_documents\./, 'issued_documents'],
  [/^received_documents\./, 'received_documents'],
  [/^receipts\./, 'receipts'],
  [/^taxes\./, 'taxes'],
  [/^cashbook\./, 'cashbook'],
  [/^archive_documents\./, 'archive'],
  [/^products\./, 'products'],
  [/^entities\.clients\./, 'entities/clients'],
  [/^entities\.suppliers\./, 'entities/suppliers'],
]

/**
 * The path under the API's base, `/c/{company}/…/{id}`, for an event type in full; `null` for a type that has no
 * resource. A deleted document is in the bin; whatever else was deleted is no longer where its path points.
 */
export function resourcePath(eventType: string, company: number, id: number | string): string | null {
  if (!eventType.startsWith(eventTypePrefix)) return null
  const shortName = eventType.slice(eventTypePrefix.length)
  const folder = folders.find(([pattern]) => pattern.test(shortName))?.[1]
  if (folder === undefined || !isPathSegment(String(id))) return null
  return `/c/${company}/${folder}/${encodeURIComponent(id)}`
}

/** Ids come from outside, and a dot segment would lead to another resource. A lone surrogate cannot be encoded. */
function isPathSegment(id: string): boolean {
  return !['', '.', '..'].includes(id) && !/\p{Surrogate}/u.test(id)
}
