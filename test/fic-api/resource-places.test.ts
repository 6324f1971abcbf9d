import { expect, test } from 'vitest'

import { eventTypes } from '../../src/fic/event-types.ts'
import { resourcePlaces } from '../../src/fic-api/resource-places.ts'

const prefix = 'it.fattureincloud.webhooks.'

/** Where the resource is looked for first; `null` for a type that has none. */
function resourcePath(eventType: string, company: number, id: number | string): string | null {
  return resourcePlaces(eventType, company, id)[0]?.path ?? null
}

test.each([
  ['issued_documents.invoices.create', '/c/5/issued_documents/7'],
  ['issued_documents.receipts.update', '/c/5/issued_documents/7'],
  ['issued_documents.self_own_invoices.email_sent', '/c/5/issued_documents/7'],
  ['issued_documents.e_invoices.status_update', '/c/5/issued_documents/7'],
  ['issued_documents.invoices.delete', '/c/5/bin/issued_documents/7'],
  ['received_documents.update', '/c/5/received_documents/7'],
  ['received_documents.delete', '/c/5/bin/received_documents/7'],
  ['received_documents.e_invoices.receive', '/c/5/received_documents/pending/7'],
  ['receipts.create', '/c/5/receipts/7'],
  ['taxes.create', '/c/5/taxes/7'],
  ['cashbook.create', '/c/5/cashbook/7'],
  ['archive_documents.create', '/c/5/archive/7'],
  ['products.stock_update', '/c/5/products/7'],
  ['entities.clients.create', '/c/5/entities/clients/7'],
  ['entities.suppliers.delete', '/c/5/entities/suppliers/7'],
])('%s is about %s', (type, path) => {
  expect(resourcePath(prefix + type, 5, 7)).toBe(path)
})

test('every event type but the welcome has a resource', () => {
  expect(eventTypes.filter(({ type }) => resourcePath(type, 5, 7) === null)).toEqual([])
  expect(resourcePath(`${prefix}subscriptions.welcome`, 5, 7)).toBe(null)
})

test.each([`${prefix}unheard_of.create`, 'receipts.create', 'com.example.receipts.create', prefix, ''])(
  'the type %j has none',
  (type) => {
    expect(resourcePath(type, 5, 7)).toBe(null)
  },
)

test('an id that is a string cannot leave its place in the path', () => {
  const type = `${prefix}cashbook.create`
  expect(resourcePath(type, 5, 'a/../b?c#d')).toBe('/c/5/cashbook/a%2F..%2Fb%3Fc%23d')
  for (const id of ['', '.', '..', '\ud800']) expect(resourcePath(type, 5, id)).toBe(null)
})
