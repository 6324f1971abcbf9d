/** Where the API keeps the resource behind an id of a notification (docs/protocol.md#9-the-resource-behind-an-id). Pure. */

import { eventTypePrefix } from '../fic/event-types.ts'

/** Where a resource can be: among those in use, in the bin, or with the received documents not registered yet. */
type ResourcePlaceName = 'active' | 'bin' | 'pending'

export interface ResourcePlace {
  place: ResourcePlaceName
  /** Under the API's base, `/c/{company}/…/{id}`. */
  path: string
}

/** Beginning of the short event type → folder of the company, and where in it to look, in order. The first that fits counts. */
const folders: readonly (readonly [pattern: RegExp, folder: string, places: ResourcePlaceName[]])[] = [
  [/^issued_documents\..*\.delete$/, 'issued_documents', ['bin']],
  [/^received_documents\.delete$/, 'received_documents', ['bin']],
  // The id is that of the pending document. Whether a registered document keeps it is unknown.
  [/^received_documents\.e_invoices\.receive$/, 'received_documents', ['pending', 'active', 'bin']],
  // What was made or changed may have been deleted since.
  [/^issued_documents\./, 'issued_documents', ['active', 'bin']],
  [/^received_documents\./, 'received_documents', ['active', 'bin']],
  [/^receipts\./, 'receipts', ['active']],
  [/^taxes\./, 'taxes', ['active']],
  [/^cashbook\./, 'cashbook', ['active']],
  [/^archive_documents\./, 'archive', ['active']],
  [/^products\./, 'products', ['active']],
  [/^entities\.clients\./, 'entities/clients', ['active']],
  [/^entities\.suppliers\./, 'entities/suppliers', ['active']],
]

/**
 * All places where the resource of an event type in full may be, the likeliest first; none for a type without resource. A
 * deleted document is in the bin; anything else that was deleted is no longer where its path points.
 */
export function resourcePlaces(eventType: string, company: number, id: number | string): ResourcePlace[] {
  if (!eventType.startsWith(eventTypePrefix) || !isPathSegment(String(id))) return []
  const shortName = eventType.slice(eventTypePrefix.length)
  const [, folder = '', places = []] = folders.find(([pattern]) => pattern.test(shortName)) ?? []
  return places.map((place) => ({
    place,
    path: `/c/${company}/${within(folder, place)}/${encodeURIComponent(id)}`,
  }))
}

function within(folder: string, place: ResourcePlaceName): string {
  if (place === 'bin') return `bin/${folder}`
  return place === 'pending' ? `${folder}/pending` : folder
}

/** Ids come from outside, and a dot segment would lead to another resource. A lone surrogate cannot be encoded. */
function isPathSegment(id: string): boolean {
  return !['', '.', '..'].includes(id) && !/\p{Surrogate}/u.test(id)
}
