/** The JSON form of errors, and how their codes are recognized. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FicDevError, hasCode, systemCodeOf, toErrorJson } from '../src/errors.ts'

const missing = new FicDevError('NOT_FOUND', 'There is no notification 7.')

function thrownBy(act: () => void): unknown {
  try {
    act()
  } catch (thrown) {
    return thrown
  }
  return null
}

describe('the JSON form of an error', () => {
  test('has the code as it is printed, the message and the hint', () => {
    const error = new FicDevError('PORT_TAKEN', 'Port 4620 is in use.', { hint: 'Choose another one.' })

    expect(JSON.parse(JSON.stringify({ error }))).toEqual({
      error: { code: 'FIC_DEV_E_PORT_TAKEN', message: 'Port 4620 is in use.', hint: 'Choose another one.' },
    })
  })

  test('has no hint if the error has none', () => {
    expect(toErrorJson(missing)).toEqual({
      code: 'FIC_DEV_E_NOT_FOUND',
      message: 'There is no notification 7.',
    })
  })

  test.each([
    ['an Error', new Error('the disk is gone'), 'the disk is gone'],
    ['a text', 'out of order', 'out of order'],
  ])('has the code INTERNAL for %s', (_what, thrown, message) => {
    expect(toErrorJson(thrown)).toEqual({ code: 'FIC_DEV_E_INTERNAL', message })
  })
})

test('recognizes a FicDevError by its code, and nothing else', () => {
  expect(hasCode(missing, 'NOT_FOUND')).toBe(true)
  expect(hasCode(missing, 'USAGE')).toBe(false)
  expect(hasCode({ code: 'FIC_DEV_E_NOT_FOUND' }, 'NOT_FOUND')).toBe(false)
})

test('reads the code of an error of Node, and an empty one of anything else', () => {
  expect(systemCodeOf(thrownBy(() => readFileSync('/nowhere/at/all')))).toBe('ENOENT')
  expect([new Error('no code'), 'text', null].map(systemCodeOf)).toEqual(['', '', ''])
})
