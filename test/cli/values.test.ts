import { InvalidArgumentError } from 'commander'
import { expect, test } from 'vitest'
import { nearest } from '../../src/config/spelling.ts'
import { readCount, readHeader, readIds, readMoment, readPort } from '../../src/cli/values.ts'

test('ids are numbers where they can be, and strings where a number would change them', () => {
  expect(readIds('1, 22,abc,007,99999999999999999999,')).toEqual([
    1,
    22,
    'abc',
    '007',
    '99999999999999999999',
  ])
})

test('a moment is a time as in a filter, in UTC', () => {
  expect(readMoment('2026-11-23T10:00:00+01:00')).toBe('2026-11-23T09:00:00.000Z')
  expect(Date.parse(readMoment('2h'))).toBeLessThanOrEqual(Date.now() - 7_200_000)
  for (const text of ['yesterday', '5', '01/03/2026', 'foo 3', '2026-02-30', '25:00', '']) {
    expect(() => readMoment(text)).toThrow(InvalidArgumentError)
  }
})

test('counts and ports are whole numbers within their bounds', () => {
  expect([readCount('3'), readPort('0')]).toEqual([3, 0])
  for (const text of ['0', '-1', '1.5', 'x', '']) expect(() => readCount(text)).toThrow(InvalidArgumentError)
  for (const text of ['65536', '-1', 'x']) expect(() => readPort(text)).toThrow(InvalidArgumentError)
})

test('a header is set by name:value, removed by name:', () => {
  expect(readHeader('b:', readHeader('a: 1:2', undefined))).toEqual({ a: '1:2', b: null })
  expect(() => readHeader('no colon', undefined)).toThrow(InvalidArgumentError)
})

test('the word that was meant is found when it is near, and only then', () => {
  expect(nearest('triger', ['trigger', 'types'])).toBe('trigger')
  expect(nearest('forward_to', ['forwardTo', 'types'])).toBe('forwardTo')
  expect(nearest('tpyes', ['trigger', 'types'])).toBe('types')
  expect(nearest('elephant', ['trigger', 'types'])).toBeNull()
})
