/** The words made of what Fatture in Cloud says about event types. */

import { expect, test } from 'vitest'
import { FicApiError } from '../../src/fic-api/error.ts'
import type { Subscription } from '../../src/fic-api/client.ts'
import { explainScopes, typesNamed } from '../../src/subscription/refusal.ts'
import { explainWarnings } from '../../src/subscription/warnings.ts'

const prefix = 'it.fattureincloud.webhooks.'
const long = (name: string): string => prefix + name

function refusal(status: number, ficMessage: string, more: object = {}): FicApiError {
  const refusal = {
    status,
    retryAfterMs: null,
    ficMessage,
    ficCode: null,
    validation: {},
    details: null,
    rateLimits: {},
    reason: '',
    tokenPrefix: null,
    ...more,
  }
  return new FicApiError('PERMISSION', ficMessage, 'the general hint', refusal)
}

const asked = [
  'issued_documents.receipts.create',
  'receipts.create',
  'products.stock_update',
  'taxes.delete',
].map(long)

test.each([
  ['a scope with its level', 'Missing scope receipts:r', 'receipts.create'],
  [
    'a scope that ends a sentence',
    'The token lacks issued_documents.receipts.',
    'issued_documents.receipts.create',
  ],
  ['one of two scopes that a type needs', 'Scope mancante: stock:r', 'products.stock_update'],
  ['a type by its long name', `Not allowed: '${prefix}taxes.delete'`, 'taxes.delete'],
])('a refusal that names %s tells which type to leave out', (_, message, type) => {
  expect(explainScopes(refusal(403, message), asked).hint).toBe(
    `Leave out ${type}, or use a token with the scopes for them.`,
  )
})

test.each([
  refusal(403, 'not enabled', { ficCode: 'NO_PERMISSION' }),
  refusal(403, 'quota', { retryAfterMs: 1000 }),
  refusal(422, 'something else'),
])('a refusal for another reason is left as it is', (error) => {
  expect(explainScopes(error, asked)).toBe(error)
})

test('a type is found by its place in the list, and by its name', () => {
  const validation = { 'data.types.1': ['The selected data.types.1 is invalid.'] }
  expect(typesNamed(refusal(422, 'Invalid request.', { validation }), asked)).toStrictEqual([
    long('receipts.create'),
  ])
  expect(typesNamed(refusal(422, `Unknown ${prefix}taxes.delete.`), asked)).toStrictEqual([
    long('taxes.delete'),
  ])
  expect(typesNamed(refusal(422, 'The sink is invalid.'), asked)).toStrictEqual([])
})

const production: Subscription = {
  id: 'SUB9',
  sink: 'https://shop.example/webhooks',
  verified: true,
  types: [long('entities.clients.delete')],
  mapping: 'binary',
}

test.each([
  [
    // The sentence of the documentation (docs/protocol.md#1-subscriptions).
    `The 'it.fattureincloud.webhooks.entities.clients.delete' event is already registered for this application`,
    'SUB9 (https://shop.example/webhooks) of the same app holds it.',
  ],
  [
    `The 'it.fattureincloud.webhooks.taxes.create' event is already registered for this application`,
    'another subscription of the same app holds it.',
  ],
  [
    `The 'it.fattureincloud.webhooks.made.up' event does not exist`,
    'fic-dev does not know it either; is it spelled right? fic-dev types lists them.',
  ],
  [
    `The 'it.fattureincloud.webhooks.issued_documents.self_own_invoices.create' event does not exist`,
    'it may be one that the live service does not have yet, or no longer has.',
  ],
])('%s', (warning, cause) => {
  expect(explainWarnings([warning], [production], 'SUB1')).toStrictEqual([`${warning}: ${cause}`])
})

test('a warning that names no type is passed on as it is', () => {
  expect(explainWarnings(['Qualcosa è andato storto'], [production], 'SUB1')).toStrictEqual([
    'Qualcosa è andato storto',
  ])
})
