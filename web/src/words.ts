/** Says in plain words what a notification is about and what an answer means to Fatture in Cloud. */

import type { Delivery, Notification } from '../../src/contract/notification.ts'
import { outcomeTexts, type Tone } from '../../src/contract/vocabulary.ts'
import { isPublication, sayPublication } from './publication.ts'

const prefix = 'it.fattureincloud.webhooks.'

/** An event type without the prefix of Fatture in Cloud. */
export function toShortType(type: string): string {
  return type.startsWith(prefix) ? type.slice(prefix.length) : type
}

export type Family =
  | 'issued'
  | 'received'
  | 'receipts'
  | 'taxes'
  | 'cashbook'
  | 'archive'
  | 'products'
  | 'entities'
  | 'welcome'
  | 'other'

const families: Record<string, Family> = {
  issued_documents: 'issued',
  received_documents: 'received',
  receipts: 'receipts',
  taxes: 'taxes',
  cashbook: 'cashbook',
  archive_documents: 'archive',
  products: 'products',
  entities: 'entities',
  subscriptions: 'welcome',
}

/** The family that gives a row its colour. */
export function familyOf(notification: Notification): Family {
  if (notification.kind === 'verification') return 'welcome'
  const first = toShortType(notification.eventType ?? '').split('.')[0] ?? ''
  return families[first] ?? 'other'
}

/** Singular and plural of what each type is about (docs/protocol.md#6-event-types-and-scopes). */
const things: Record<string, [one: string, many: string]> = {
  'issued_documents.invoices': ['invoice', 'invoices'],
  'issued_documents.quotes': ['quote', 'quotes'],
  'issued_documents.proformas': ['proforma', 'proformas'],
  'issued_documents.receipts': ['issued receipt', 'issued receipts'],
  'issued_documents.delivery_notes': ['delivery note', 'delivery notes'],
  'issued_documents.credit_notes': ['credit note', 'credit notes'],
  'issued_documents.orders': ['order', 'orders'],
  'issued_documents.work_reports': ['work report', 'work reports'],
  'issued_documents.supplier_orders': ['supplier order', 'supplier orders'],
  'issued_documents.self_invoices': ['self-invoice', 'self-invoices'],
  'issued_documents.self_supplier_invoices': ['supplier self-invoice', 'supplier self-invoices'],
  'issued_documents.self_own_invoices': ['own self-invoice', 'own self-invoices'],
  'issued_documents.e_invoices': ['e-invoice', 'e-invoices'],
  'received_documents.e_invoices': ['e-invoice', 'e-invoices'],
  received_documents: ['received document', 'received documents'],
  receipts: ['receipt', 'receipts'],
  taxes: ['tax', 'taxes'],
  cashbook: ['cashbook entry', 'cashbook entries'],
  archive_documents: ['archived document', 'archived documents'],
  products: ['product', 'products'],
  'entities.clients': ['client', 'clients'],
  'entities.suppliers': ['supplier', 'suppliers'],
}

const happenings: Record<string, [one: string, many: string]> = {
  create: ['was created', 'were created'],
  update: ['was updated', 'were updated'],
  delete: ['was deleted', 'were deleted'],
  email_sent: ['was sent by email', 'were sent by email'],
  receive: ['was received', 'were received'],
  status_update: ['changed its status', 'changed their status'],
  stock_update: ['changed its stock', 'changed their stock'],
}

/** One sentence that says what happened. Ids come from outside: show it as such. */
export function sayWhatHappened(notification: Notification): string {
  switch (notification.kind) {
    case 'verification':
      return 'Fatture in Cloud asked whether this sink is yours'
    case 'welcome':
      return 'Fatture in Cloud says welcome'
    case 'unknown':
      return 'A request came that is no notification of Fatture in Cloud'
    case 'event':
      return sayEvent(toShortType(notification.eventType ?? ''), notification.ids)
  }
}

function sayEvent(type: string, ids: (number | string)[]): string {
  const dot = type.lastIndexOf('.')
  const thing = things[type.slice(0, dot)]
  const happening = happenings[type.slice(dot + 1)]
  if (!thing || !happening) return `An event of the unknown type ${type || '(none)'}`
  const [id] = ids
  if (ids.length === 1) return capitalise(`${thing[0]} ${id} ${happening[0]}`)
  if (ids.length === 0) return capitalise(`${thing[0]} ${happening[0]}, no id given`)
  return `${ids.length} ${thing[1]} ${happening[1]}`
}

export function capitalise(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

/** What came back from the target, or became of a publication, in as few words as a row has room for. */
export function sayOutcome(delivery: Delivery): { tone: Tone; text: string } {
  if (isPublication(delivery)) return sayPublication(delivery)
  const { tone } = outcomeTexts[delivery.verdict]
  if (delivery.status !== null) return { tone, text: String(delivery.status) }
  if (delivery.error !== null) return { tone: tone === 'quiet' ? 'warn' : tone, text: 'no answer' }
  return { tone: 'quiet', text: 'waiting' }
}

/** Why nothing was handed to the target; `null` when that needs no words. */
export function sayWhyNotForwarded(notification: Notification, hasTarget: boolean): string {
  if (notification.kind === 'verification') {
    return 'Challenges are answered by fic-dev itself. Your app is not asked.'
  }
  if (notification.kind === 'unknown') return 'It is kept and shown, and not handed to your app.'
  if (!hasTarget) {
    return 'No target is named. To send notifications to your app: fic-dev forward http://localhost:3000/webhooks'
  }
  if (notification.signature.outcome === 'valid') {
    return 'It has not been handed over yet: it waits for its turn, or no target is named for its type.'
  }
  return 'Its signature does not hold, so it is not handed to your app. A replay sends it all the same.'
}
