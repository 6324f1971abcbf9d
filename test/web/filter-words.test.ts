/** What can be typed next in the filter, terms set by a press, addresses, and the board of event types. */

import { expect, test } from 'vitest'
import type { CoverageEntry } from '../../src/contract/board.ts'
import { readFilterText } from '../../src/store/filter/language.ts'
import { stateOf, toRows } from '../../web/src/coverage-rows.ts'
import { applyCompletion, complete, filterHelp } from '../../web/src/filter-completion.ts'
import { hasTerm, setTerm, toggleTerm } from '../../web/src/filter-text.ts'
import { readRoute, toHash } from '../../web/src/route.ts'

const known = {
  types: ['issued_documents.invoices.create', 'entities.clients.create', 'entities.clients.delete'],
  companies: [108061],
}
const inserts = (text: string, caret = text.length) =>
  complete(text, caret, known).items.map(({ insert }) => insert)

test.for<[text: string, inserts: string[]]>([
  ['si', ['signature:', 'since:']],
  ['-si', ['-signature:', '-since:']],
  ['SIG', ['signature:']],
  ['signature:in', ['signature:invalid']],
  ['-target:5', ['-target:5xx']],
  ['type:clients.', ['type:entities.clients.create', 'type:entities.clients.delete']],
  ['acme type:inv', ['type:issued_documents.invoices.create']],
  ['company:', ['company:108061']],
  ['signature:invalid', []],
  ['acme', []],
  ['777001', []],
  ['nothing:x', []],
])('after %j comes %j', ([text, expected]) => {
  expect(inserts(text)).toEqual(expected)
})

test('an empty filter offers every field, and every value that is offered is understood by the daemon', () => {
  const fields = inserts('')
  expect(fields).toContain('type:')
  const texts = [...fields.flatMap((field) => inserts(field)), ...filterHelp.map(([example]) => example)]
  const misread = texts.filter((text) => readFilterText(text, new Date()).outcome === 'problems')
  expect(misread).toEqual([])
})

test('a completion takes the place of the word under the caret, and the rest stays', () => {
  const text = 'acme typ is:twin'
  const found = complete(text, 8, known)
  expect(found.items.map(({ insert }) => insert)).toEqual(['type:'])
  expect(applyCompletion(text, found, found.items[0]!)).toEqual({ text: 'acme type: is:twin', caret: 10 })
  const value = complete('acme is:tw', 10, known)
  expect(applyCompletion('acme is:tw', value, value.items[0]!)).toEqual({ text: 'acme is:twin ', caret: 13 })
})

test('a press sets a term, takes the place of others of its field, and a second press takes it away', () => {
  const once = toggleTerm('"a b" delivery:dropped', 'delivery:retried')
  expect(once).toBe('"a b" delivery:retried')
  expect(hasTerm(once, 'delivery:retried')).toBe(true)
  expect(toggleTerm(once, 'delivery:retried')).toBe('"a b"')
  expect(setTerm('since:1h x', 'since:2h')).toBe('x since:2h')
})

test.for([
  { screen: 'notifications', seq: null, query: '' },
  { screen: 'notifications', seq: 5, query: 'type:x "a b" 100% ?&#' },
  { screen: 'coverage', seq: null, query: 'kind:event' },
] as const)('the address of %j leads back to it', (route) => {
  expect(readRoute(toHash(route))).toEqual(route)
})

test.for([
  ['', { screen: 'notifications', seq: null, query: '' }],
  ['#/n/5/edit?q=x', { screen: 'notifications', seq: 5, query: 'x' }],
  ['#/n/x', { screen: 'notifications', seq: null, query: '' }],
  ['#/nowhere', { screen: 'notifications', seq: null, query: '' }],
] as const)('%j is read as %j', ([hash, route]) => {
  expect(readRoute(hash)).toEqual(route)
})

const entry = (shortName: string, over: Partial<CoverageEntry> = {}): CoverageEntry => ({
  type: `it.fattureincloud.webhooks.${shortName}`,
  shortName,
  held: true,
  seen: 0,
  answered: 0,
  lastSeq: null,
  lastAt: null,
  lastOutcome: null,
  ...over,
})

test('the board has a row for each thing; what is no common action, or unknown, stands among the others', () => {
  const rows = toRows(
    ['taxes.create', 'taxes.delete', 'products.stock_update', 'brand.new', 'odd'].map((name) => entry(name)),
  )
  expect(rows.map(({ thing, cells }) => [thing, ...Object.keys(cells)])).toEqual([
    ['taxes', 'create', 'delete'],
    ['products', 'other'],
    ['brand', 'other'],
    ['', 'other'],
  ])
})

test.for<[over: Partial<CoverageEntry>, state: string]>([
  [{ held: false }, 'unheld'],
  [{}, 'unseen'],
  [{ seen: 1, lastOutcome: 'none' }, 'waiting'],
  [{ seen: 2, answered: 1, lastOutcome: 'dropped' }, 'good'],
  [{ seen: 2, lastOutcome: 'dropped' }, 'bad'],
])('%j is %s', ([over, state]) => {
  expect(stateOf(entry('taxes.create', over))).toBe(state)
})
