/** Texts of the page: sentences for every event type, bodies as they were sent, curl lines that a shell reads back. */

import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { eventTypes } from '../../src/fic/event-types.ts'
import type { Notification } from '../../src/contract/notification.ts'
import { toSpan } from '../../web/src/clock-words.ts'
import { toCurl } from '../../web/src/curl.ts'
import { readIds } from '../../web/src/ids.ts'
import { layOutJson } from '../../web/src/json-tokens.ts'
import { toPieces } from '../../web/src/visible.ts'
import { familyOf, sayWhatHappened } from '../../web/src/words.ts'

const event = { kind: 'event', ids: [7], method: 'POST', headers: [], body: '' } as unknown as Notification

test('every event type of Fatture in Cloud has a sentence and a family of its own', () => {
  const plain = eventTypes.filter(({ type }) => {
    const notification = { ...event, eventType: type }
    return sayWhatHappened(notification).includes('unknown') || familyOf(notification) === 'other'
  })
  expect(plain).toEqual([])
})

test.for([
  ['issued_documents.invoices.create', [3062300], 'Invoice 3062300 was created'],
  ['received_documents.e_invoices.receive', [5], 'E-invoice 5 was received'],
  ['entities.clients.delete', [1, 2, 3], '3 clients were deleted'],
  ['products.stock_update', ['A-7'], 'Product A-7 changed its stock'],
  ['cashbook.update', [], 'Cashbook entry was updated, no id given'],
  ['wishes.grant', [1], 'An event of the unknown type wishes.grant'],
] as const)('%s with ids %j reads "%s"', ([type, ids, sentence]) => {
  const eventType = `it.fattureincloud.webhooks.${type}`
  expect(sayWhatHappened({ ...event, eventType, ids: [...ids] })).toBe(sentence)
})

test('a JSON body is laid out without a digit, an escape or a doubled member being changed', () => {
  const text = String.raw`{"a":12345678901234567890,"a":"\u00e9\"}","e":[],"o":{},"n":[1.50,-2e3,null,true]}`
  const lines = layOutJson(text)?.map((token) => token.text)
  expect(lines?.join('')).toBe(
    String.raw`{
  "a": 12345678901234567890,
  "a": "\u00e9\"}",
  "e": [],
  "o": {},
  "n": [
    1.50,
    -2e3,
    null,
    true
  ]
}`,
  )
})

test.for(['', '{', '{"a":1}x', "{'a':1}", 'plain'])('%j is not JSON, and is left as it is', (text) => {
  expect(layOutJson(text)).toBeNull()
})

test('characters that hide or turn text are named; letters of all scripts and emoji are not', () => {
  const names = (text: string, lines = false) =>
    toPieces(text, lines).flatMap((piece) => ('symbol' in piece ? [piece.symbol] : []))
  expect(names('a\u0000b\u001Bc\u007F\u009B\u200B\u202E\u2066\uFEFF\u{E0041}')).toEqual([
    'NUL',
    'ESC',
    'DEL',
    'U+009B',
    'U+200B',
    'U+202E',
    'U+2066',
    'U+FEFF',
    'U+E0041',
  ])
  expect(names('à è ß ł Ж 漢 עברית العربية 😀 €')).toEqual([])
  expect(names('a\n\tb\r', true)).toEqual(['CR'])
  expect(names('a\n\tb')).toEqual(['LF', 'TAB'])
})

test('a shell reads a copied curl line as the request that came', () => {
  const body = `{"note":"it's $HOME \`id\` \\\\ \\"x\\""}\nsecond line`
  const line = toCurl(
    {
      ...event,
      headers: [
        ['Host', 'old.example'],
        ['Content-Length', '3'],
        ['ce-type', "o'brien $(id)"],
      ],
      body,
    },
    'http://localhost:3000/webhooks?a=1&b=2',
  )
  const script = `curl() { "${process.execPath}" -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- "$@"; }\n${line}`
  const parts: unknown = JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8' }))
  expect(parts).toEqual([
    '-X',
    'POST',
    'http://localhost:3000/webhooks?a=1&b=2',
    '-H',
    "ce-type: o'brien $(id)",
    '--data-raw',
    body,
  ])
})

test('ids are read as Fatture in Cloud has them: whole numbers as numbers, anything else as text', () => {
  expect(readIds(' 12, cash-7;0012x\n9007199254740993000 ')).toEqual([
    12,
    'cash-7',
    '0012x',
    '9007199254740993000',
  ])
  expect(readIds('  ')).toEqual([])
})

test.for([
  [0, '0 s'],
  [59_000, '59 s'],
  [60_000, '1 min'],
  [8_040_000, '2 h 14 min'],
  [7_200_000, '2 h'],
  [90_000_000, '1 day'],
  [864_000_000, '10 days'],
] as const)('%d ms are %s', ([ms, words]) => {
  expect(toSpan(ms)).toBe(words)
})
