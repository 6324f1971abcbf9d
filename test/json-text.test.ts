import { assert, json, jsonValue, property } from 'fast-check'
import { expect, test } from 'vitest'
import {
  addMembers,
  childrenOf,
  findValue,
  layOut,
  removeMembers,
  rootOf,
  setItems,
  setMember,
  textIn,
} from '../src/json-text.ts'

test('the children of any value are its members and items, in their text', () => {
  assert(
    property(json({ maxDepth: 4 }), (text) => {
      const value: unknown = JSON.parse(text)
      const texts = childrenOf(text, rootOf(text)).map(
        (child) => JSON.parse(textIn(text, child.value)) as unknown,
      )
      const isParent = typeof value === 'object' && value !== null
      // The keys of an object are unique here, but for JavaScript an integer as a key comes first.
      const wanted = isParent ? Object.values(value) : []
      expect(texts.map((one) => JSON.stringify(one)).toSorted()).toEqual(
        wanted.map((one) => JSON.stringify(one)).toSorted(),
      )
    }),
  )
})

test('any text is laid out as JSON.stringify lays it out, if that loses nothing', () => {
  assert(
    property(jsonValue({ maxDepth: 4 }), (value) => {
      expect(layOut(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2))
    }),
  )
})

test('numbers, escapes and repeated members are laid out as they were written', () => {
  expect(layOut(String.raw`{"a":1.10,"a":9007199254740993,"b":["\u00e8\/",{}, [ ]]}`)).toBe(
    [
      '{',
      '  "a": 1.10,',
      '  "a": 9007199254740993,',
      '  "b": [',
      String.raw`    "\u00e8\/",`,
      '    {},',
      '    []',
      '  ]',
      '}',
    ].join('\n'),
  )
})

test('a body nested a hundred thousand deep is read', () => {
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"b":7}`
  const found = findValue(deep, ['b'])
  expect(found && textIn(deep, found)).toBe('7')
  expect(layOut('['.repeat(1000) + ']'.repeat(1000))).toContain('[]')
})

test.each([
  ['{"a":1}', '{"a":2}'],
  ['{ "a" : 1 }', '{ "a" : 2 }'],
  ['{"b":[{"a":1}],"a":{"a":1}}', '{"b":[{"a":1}],"a":2}'],
  [String.raw`{"\u0061":1}`, String.raw`{"\u0061":2}`],
  ['{"a":1,"a":1}', '{"a":1,"a":2}'],
  ['{}', '{"a":2}'],
  ['{\n  "b": 1\n}', '{\n  "b": 1,\n  "a": 2\n}'],
  [' {"b":1} ', ' {"b":1,"a":2} '],
])('in %s the member a becomes 2: %s', (text, expected) => {
  expect(setMember(text, rootOf(text), 'a', '2')).toBe(expected)
})

test.each([
  ['[1,2,3]', ['1', '9', '3'], '[1,9,3]'],
  ['[ 1, 2 ]', ['7', '8'], '[ 7, 8 ]'],
  ['[\n  1,\n  2\n]', ['1', '2', '3'], '[\n  1,\n  2,\n  3\n]'],
  ['[\n  1\n]', ['1', '2'], '[\n  1,\n  2\n]'],
  ['[1 ,2 ,3]', ['1'], '[1]'],
  ['[ ]', ['1', '2'], '[1,2]'],
  ['[1, 2]', [], '[]'],
])('the items of %s become %j: %s', (text, items, expected) => {
  expect(setItems(text, rootOf(text), items)).toBe(expected)
})

test.each([
  ['{"a":1,"b":2}', '{"b":2}'],
  ['{"b":2,"a":1}', '{"b":2}'],
  ['{\n  "a": 1,\n  "b": 2\n}', '{\n  "b": 2\n}'],
  ['{ "b" : 2 , "a" : 1 }', '{ "b" : 2 }'],
  ['{"a":1,"a":2}', '{}'],
])('%s without a is %s', (text, expected) => {
  const isA = ({ key }: { key: { start: number; end: number } | null }) =>
    key !== null && textIn(text, key) === '"a"'
  expect(removeMembers(text, rootOf(text), isA)).toBe(expected)
})

test('members are added before the others, spaced like them', () => {
  const text = '{\n  "b" : 1\n}'
  expect(
    addMembers(
      text,
      rootOf(text),
      [
        ['x', '1'],
        ['y', '2'],
      ],
      'start',
    ),
  ).toBe('{\n  "x" : 1,\n  "y" : 2,\n  "b" : 1\n}')
})
