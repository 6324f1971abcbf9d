/** What the events that were sent say about the resources behind their ids: which exist, and of what kind. */

import { eventTypePrefix } from '../../fic/event-types.ts'

/** Beginning of the short event type → folder under the company in the API (docs/protocol.md#9-the-resource-behind-an-id). */
const folders: Record<string, string> = {
  'issued_documents.': 'issued_documents',
  'received_documents.': 'received_documents',
  'receipts.': 'receipts',
  'taxes.': 'taxes',
  'cashbook.': 'cashbook',
  'archive_documents.': 'archive',
  'products.': 'products',
  'entities.clients.': 'entities/clients',
  'entities.suppliers.': 'entities/suppliers',
}

export interface ResourceFacts {
  /** Of an issued document: `invoices`, `quotes`, …; `e_invoices` of a received one that is still pending. */
  kind: string | null
  deleted: boolean
}

/** `{company}/{folder}/{id}` → what is known. A resource that no event was about exists all the same. */
export type ResourceLedger = Map<string, ResourceFacts>

const longestLedger = 10_000

/** Takes note of an event. Forgets the oldest resources of a ledger that is full. */
export function noteEvent(
  ledger: ResourceLedger,
  company: number,
  eventType: string,
  ids: readonly (number | string)[],
): void {
  const shortName = eventType.slice(eventTypePrefix.length)
  const folder = Object.entries(folders).find(([beginning]) => shortName.startsWith(beginning))?.[1]
  if (folder === undefined) return
  const deleted = shortName.endsWith('.delete')
  const [, kind = null] = /^(?:issued|received)_documents\.(\w+)\.\w+$/.exec(shortName) ?? []
  for (const id of ids) {
    const path = `${company}/${folder}/${id}`
    // The newest stands last, so that the oldest is forgotten first.
    ledger.delete(path)
    ledger.set(path, { kind, deleted })
  }
  for (const oldest of ledger.keys()) {
    if (ledger.size <= longestLedger) break
    ledger.delete(oldest)
  }
}

export function readFacts(
  ledger: ResourceLedger,
  company: number,
  folder: string,
  id: number | string,
): ResourceFacts {
  return ledger.get(`${company}/${folder}/${id}`) ?? { kind: null, deleted: false }
}
