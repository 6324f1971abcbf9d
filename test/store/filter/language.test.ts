/** What the filter language makes of what a person types. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFilterText, type FilterTerm } from '../../../src/store/filter/language.ts'

const now = new Date(2026, 2, 1, 12, 0)

function terms(text: string): FilterTerm[] {
  const read = readFilterText(text, now)
  if (read.outcome === 'problems') throw new Error(read.problems.join(' '))
  return read.terms
}

function problems(text: string): string[] {
  const read = readFilterText(text, now)
  return read.outcome === 'problems' ? read.problems : []
}

test.for<[text: string, terms: FilterTerm[]]>([
  ['', []],
  ['   ', []],
  ['acme', [{ field: 'text', value: 'acme', not: false }]],
  [
    'acme srl',
    [
      { field: 'text', value: 'acme', not: false },
      { field: 'text', value: 'srl', not: false },
    ],
  ],
  ['"acme srl"', [{ field: 'text', value: 'acme srl', not: false }]],
  ['"acme', [{ field: 'text', value: 'acme', not: false }]],
  [String.raw`"a \"b\" c\\d \n"`, [{ field: 'text', value: String.raw`a "b" c\d \n`, not: false }]],
  ['-acme', [{ field: 'text', value: 'acme', not: true }]],
  ['-"acme srl"', [{ field: 'text', value: 'acme srl', not: true }]],
  [
    '- --x',
    [
      { field: 'text', value: '-', not: false },
      { field: 'text', value: '--x', not: false },
    ],
  ],
  ['type:invoices.create', [{ field: 'type', value: 'invoices.create', not: false }]],
  ['TYPE:x', [{ field: 'type', value: 'x', not: false }]],
  ['-type:x', [{ field: 'type', value: 'x', not: true }]],
  ['signature:INVALID', [{ field: 'signature', value: 'invalid', not: false }]],
  ['delivery:subscription-deleted', [{ field: 'delivery', value: 'subscription-deleted', not: false }]],
  ['kind:welcome', [{ field: 'kind', value: 'welcome', not: false }]],
  ['is:twin', [{ field: 'is', value: 'twin', not: false }]],
  ['id:3062300', [{ field: 'id', value: '3062300', not: false }]],
  ['id:198:f059-4', [{ field: 'id', value: '198:f059-4', not: false }]],
  ['id:"a b"', [{ field: 'id', value: 'a b', not: false }]],
  ['company:108061', [{ field: 'company', value: 108061, not: false }]],
  ['target:500', [{ field: 'target', value: { from: 500, to: 500 }, not: false }]],
  ['target:5xx', [{ field: 'target', value: { from: 500, to: 599 }, not: false }]],
  ['target:error', [{ field: 'target', value: 'error', not: false }]],
  ['target:none', [{ field: 'target', value: 'none', not: false }]],
  ['since:90s', [{ field: 'since', value: new Date(2026, 2, 1, 11, 58, 30), not: false }]],
  ['since:1h', [{ field: 'since', value: new Date(2026, 2, 1, 11, 0), not: false }]],
  ['since:2d', [{ field: 'since', value: new Date(2026, 1, 27, 12, 0), not: false }]],
  ['since:today', [{ field: 'since', value: new Date(2026, 2, 1), not: false }]],
  ['until:9:30', [{ field: 'until', value: new Date(2026, 2, 1, 9, 30), not: false }]],
  ['until:2026-02-03', [{ field: 'until', value: new Date(2026, 1, 3), not: false }]],
  ['until:2026-02-03T04:05', [{ field: 'until', value: new Date(2026, 1, 3, 4, 5), not: false }]],
  [
    'until:2026-02-03T04:05:06Z',
    [{ field: 'until', value: new Date(Date.UTC(2026, 1, 3, 4, 5, 6)), not: false }],
  ],
  ['https://example.com/x', [{ field: 'text', value: 'https://example.com/x', not: false }]],
  ['198:f059', [{ field: 'text', value: '198:f059', not: false }]],
  ['{"ids":[1]}', [{ field: 'text', value: '{"ids":[1]}', not: false }]],
  ['"type:x"', [{ field: 'text', value: 'type:x', not: false }]],
])('%j is %j', ([text, expected]) => {
  expect(terms(text)).toEqual(expected)
})

describe('a mistake is told in words', () => {
  test.for([
    ['sginature:valid', 'There is no "sginature:". Did you mean "signature:"?'],
    ['typ:x', 'Did you mean "type:"?'],
    ['compny:1', 'Did you mean "company:"?'],
    ['type:', '"type:" needs a value'],
    ['kind:x', 'Invalid value in "kind:x". Use verification, welcome, event, unknown.'],
    ['company:acme', 'Invalid value in "company:acme". Use a number.'],
    ['target:9xx', 'Invalid value in "target:9xx".'],
    ['since:yesteryear', 'Invalid value in "since:yesteryear".'],
    ['since:2026-13-45', 'Invalid value in "since:2026-13-45".'],
    ['x '.repeat(51), 'at most 50 terms'],
  ])('%j: %s', ([text = '', words]) => {
    expect(problems(text).join(' ')).toContain(words)
  })

  test('and every one of several is told', () => {
    expect(problems('kind:x type: acme')).toHaveLength(2)
  })
})

const quote = (text: string) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
const oneOf = (field: 'kind' | 'signature' | 'delivery' | 'is', ...values: string[]) =>
  fc.constantFrom(...values).map((value) => ({ text: `${field}:${value}`, term: { field, value } }))

/** A term, and how a person would write it. */
const written = fc.oneof(
  fc.string({ minLength: 1 }).map((value) => ({ text: quote(value), term: { field: 'text', value } })),
  fc
    .string({ minLength: 1 })
    .map((value) => ({ text: `type:${quote(value)}`, term: { field: 'type', value } })),
  fc.string({ minLength: 1 }).map((value) => ({ text: `id:${quote(value)}`, term: { field: 'id', value } })),
  fc.nat().map((value) => ({ text: `company:${value}`, term: { field: 'company', value } })),
  oneOf('kind', 'verification', 'welcome', 'event', 'unknown'),
  oneOf('signature', 'valid', 'invalid', 'missing'),
  oneOf('delivery', 'delivered', 'retried', 'dropped', 'subscription-deleted', 'pending', 'none'),
  oneOf('is', 'twin', 'problem', 'replayed'),
  fc.integer({ min: 100, max: 999 }).map((value) => ({
    text: `target:${value}`,
    term: { field: 'target', value: { from: value, to: value } },
  })),
  fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((value) => ({ text: `since:${value.toISOString()}`, term: { field: 'since', value } })),
)

test('whatever is written as the language says is read as it was meant', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), written), { maxLength: 20 }), (all) => {
      const text = all.map(([not, { text }]) => (not ? `-${text}` : text)).join(' ')
      expect(terms(text)).toEqual(all.map(([not, { term }]) => ({ ...term, not })))
    }),
  )
})

test('no text at all makes it throw', () => {
  const pieces = fc.constantFrom(
    'type:',
    'since:',
    '"',
    '-',
    ':',
    '\\',
    ' ',
    'id',
    '5xx',
    '1h',
    '\u0000',
    'é',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(pieces).map((parts) => parts.join('')),
      ),
      (text) => {
        expect(['filter', 'problems']).toContain(readFilterText(text, now).outcome)
      },
    ),
  )
})
