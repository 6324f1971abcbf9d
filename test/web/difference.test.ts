/** What differs between two messages: every line of both once, and nothing marked that is the same. */

import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { compareHeaders, compareLines, compareText } from '../../web/src/difference.ts'
import { readTokenClaims, shortenTokens } from '../../web/src/token-claims.ts'

const kinds = (left: string, right: string) => compareLines(left, right).map(({ kind }) => kind)

test('a line that changed stands beside its new form, and what was added has nothing beside it', () => {
  expect(compareLines('{\n  "a": 1\n}', '{\n  "a": 2,\n  "b": 3\n}')).toEqual([
    { kind: 'same', left: '{', right: '{' },
    { kind: 'changed', left: '  "a": 1', right: '  "a": 2,' },
    { kind: 'added', left: null, right: '  "b": 3' },
    { kind: 'same', left: '}', right: '}' },
  ])
})

test('a line that is gone from the middle moves no other line', () => {
  expect(kinds('a\nb\nc\nd', 'a\nc\nd')).toEqual(['same', 'removed', 'same', 'same'])
})

const text = array(constantFrom('a', 'b', 'c', '')).map((lines) => lines.join('\n'))

test('both texts can be read back from any comparison, and equal lines are never told as changed', () => {
  assert(
    property(text, text, (left, right) => {
      const rows = compareLines(left, right)
      const side = (name: 'left' | 'right') =>
        rows.flatMap((row) => (row[name] === null ? [] : [row[name]])).join('\n')
      expect([side('left'), side('right')]).toEqual([left, right])
      expect(rows.filter((row) => row.kind === 'changed' && row.left === row.right)).toEqual([])
      expect(rows.every((row) => (row.kind === 'same') === (row.left === row.right))).toBe(true)
    }),
  )
})

test('two long texts without a line in common still come out whole', () => {
  const lines = (letter: string) =>
    Array.from({ length: 3_000 }, (_, index) => `${letter}${index}`).join('\n')

  const rows = compareLines(lines('a'), lines('b'))

  expect([rows.length, new Set(rows.map(({ kind }) => kind))]).toEqual([3_000, new Set(['changed'])])
})

test('headers are compared by name whatever its case, and all values of one name together', () => {
  expect(
    compareHeaders(
      [
        ['Content-Type', 'application/json'],
        ['X-Twice', '1'],
        ['X-Twice', '2'],
        ['ce-id', 'a'],
      ],
      [
        ['content-type', 'application/json'],
        ['x-twice', '1'],
        ['x-new', 'yes'],
      ],
    ),
  ).toEqual([
    { name: 'Content-Type', kind: 'same', left: 'application/json', right: 'application/json' },
    { name: 'X-Twice', kind: 'changed', left: '1\n2', right: '1' },
    { name: 'ce-id', kind: 'removed', left: 'a', right: null },
    { name: 'x-new', kind: 'added', left: null, right: 'yes' },
  ])
})

test('of a changed line only what is another is pointed at, and no character is cut in two', () => {
  expect(compareText('invoices.update', 'invoices.create')).toEqual({ start: 9, leftEnd: 12, rightEnd: 12 })
  expect(compareText('a😀b', 'a😁b')).toEqual({ start: 1, leftEnd: 3, rightEnd: 3 })
  expect(compareText('aa', 'aaa')).toEqual({ start: 2, leftEnd: 2, rightEnd: 3 })
})

test('a token is told by its claims; what is no token is left alone', () => {
  const payload = Buffer.from('{"jti":"198:è","aud":["https://a"],"exp":1}').toString('base64url')
  const token = `Bearer eyJhbGciOiJFUzI1NiJ9.${payload}.${'s'.repeat(70)}0123456789abcdef`

  expect(readTokenClaims([['authorization', token]])).toEqual([
    ['jti', '198:è'],
    ['aud', '["https://a"]'],
    ['exp', '1'],
  ])
  expect(shortenTokens([['Authorization', token]])).toEqual([
    ['Authorization', 'Bearer eyJhbGci…0123456789abcdef'],
  ])
  expect(readTokenClaims([['authorization', 'Bearer a.b.c']])).toEqual([])
  expect(shortenTokens([['authorization', 'Basic abc']])).toEqual([['authorization', 'Basic abc']])
})
