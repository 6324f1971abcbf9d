import { expect, test } from 'vitest'
import { readWantedTypes } from '../../src/subscription/wanted.ts'

const prefix = 'it.fattureincloud.webhooks.'

test('no names mean every event type', () => {
  const wanted = readWantedTypes([])
  expect(wanted).toMatchObject({ isEverything: true, warnings: [] })
  expect(wanted.types).toHaveLength(75)
  expect(wanted.types).not.toContain(`${prefix}subscriptions.welcome`)
})

test('short, long, group and doubled names become a set of long names', () => {
  const names = [
    'receipts.create',
    `${prefix}receipts.create`,
    'entities.all.delete',
    'entities.clients.delete',
  ]
  expect(readWantedTypes(names)).toStrictEqual({
    types: [
      `${prefix}receipts.create`,
      `${prefix}entities.clients.delete`,
      `${prefix}entities.suppliers.delete`,
    ],
    isEverything: false,
    warnings: [],
  })
})

test('a name may end in an asterisk', () => {
  expect(readWantedTypes(['products.*']).types).toStrictEqual(
    ['create', 'update', 'delete', 'stock_update'].map((action) => `${prefix}products.${action}`),
  )
  expect(readWantedTypes(['nothing.*'])).toMatchObject({ types: [], warnings: [expect.any(String)] })
})

test('an unknown type is asked for all the same, with a warning', () => {
  expect(readWantedTypes(['invoices.new', 'taxes.create'])).toStrictEqual({
    types: [`${prefix}invoices.new`, `${prefix}taxes.create`],
    isEverything: false,
    warnings: ['fic-dev does not know the event type invoices.new; it is requested anyway.'],
  })
})

test('the welcome is not asked for', () => {
  expect(readWantedTypes(['subscriptions.welcome', 'taxes.create'])).toStrictEqual({
    types: [`${prefix}taxes.create`],
    isEverything: false,
    warnings: [
      'subscriptions.welcome needs no subscription: Fatture in Cloud sends it after a verification.',
    ],
  })
})
