import { expect, test } from 'vitest'

import {
  eventTypes,
  explodeTypes,
  findEventType,
  findEventTypes,
  groupTypes,
  matchesType,
  toShortName,
} from '../../src/fic/event-types.ts'

const prefix = 'it.fattureincloud.webhooks.'

test('the 75 event types of the documentation and the API description together are known, and 7 groups', () => {
  expect(new Set(eventTypes.map(({ type }) => type)).size).toBe(75)
  expect(groupTypes).toHaveLength(7)
})

test.each([
  ['issued_documents.self_supplier_invoices.create', ['issued_documents.self_invoices']],
  [
    'issued_documents.e_invoices.status_update',
    ['issued_documents.invoices', 'issued_documents.credit_notes'],
  ],
  ['received_documents.e_invoices.receive', ['received_documents']],
  ['archive_documents.delete', ['archive']],
  ['products.stock_update', ['products', 'stock']],
  ['entities.clients.update', ['entity.clients']],
])('%s needs the scopes %j', (name, scopes) => {
  expect(findEventType(name)).toEqual({ type: prefix + name, scopes })
  expect(findEventType(prefix + name)?.scopes).toEqual(scopes)
})

test('a group is exploded into its members, and doubles are dropped', () => {
  expect(explodeTypes(['entities.clients.create', 'entities.all.create', 'taxes.create'])).toEqual([
    `${prefix}entities.clients.create`,
    `${prefix}entities.suppliers.create`,
    `${prefix}taxes.create`,
  ])
})

test.each([
  ['issued_documents.invoices.create', 'issued_documents.invoices.create', true],
  ['issued_documents.invoices.create', 'issued_documents.*', true],
  ['issued_documents.invoices.create', 'issued_documents.all.create', true],
  ['issued_documents.invoices.create', '*', true],
  ['issued_documents.invoices.create', 'issued_documents.all.update', false],
  ['receipts.create', 'issued_documents.receipts.*', false],
])('%s is meant by %s: %s', (type, name, meant) => {
  expect(matchesType(prefix + type, name)).toBe(meant)
  expect(matchesType(prefix + type, name.startsWith('*') ? name : prefix + name)).toBe(meant)
})

test.each([
  ['taxes.create', ['taxes.create']],
  ['it.fattureincloud.webhooks.taxes.create', ['taxes.create']],
  ['entities.all.create', ['entities.clients.create', 'entities.suppliers.create']],
  ['invoices.create', ['issued_documents.invoices.create']],
  ['products.*', ['products.create', 'products.update', 'products.delete', 'products.stock_update']],
  ['taxes', ['taxes.create', 'taxes.update', 'taxes.delete']],
  ['stock*', ['products.stock_update']],
  ['invoice.create', []],
  ['', []],
])('the name %j means %j, as in filters', (name, types) => {
  expect(findEventTypes(name).map(toShortName).toSorted()).toEqual(types.toSorted())
})
