import { expect, test } from 'vitest'

import { readHeaderValue, toHeaderValue } from '../../src/fic/header-value.ts'

test.each([
  // The example of the CloudEvents HTTP binding.
  ['Euro € 😀', 'Euro%20%E2%82%AC%20%F0%9F%98%80'],
  ['company:12345', 'company:12345'],
  ['2023-04-04T12:54:21+02:00', '2023-04-04T12:54:21+02:00'],
  ['100% "sure"', '100%25%20%22sure%22'],
  ['a\r\nb\u007f', 'a%0D%0Ab%7F'],
  ['', ''],
])('%j is %s in a header, and is read back', (attribute, value) => {
  expect(toHeaderValue(attribute)).toBe(value)
  expect(readHeaderValue(value)).toBe(attribute)
})

test.each([
  ['%e2%82%ac', '€'],
  ['%61bc', 'abc'],
  ['"a b"', 'a b'],
  ['"a\\\\b\\"c"', 'a\\b"c'],
  ['"%22"', '"'],
  ['"', '"'],
  ['"a"b"', '"a"b"'],
  ['%2541', '%41'],
  ['%4', '%4'],
  ['%EF%BB%BFa', '\ufeffa'],
  ['%zz%', '%zz%'],
  // Node gives one character per byte: this is € as raw UTF-8.
  ['\u00e2\u0082\u00ac', '€'],
])('%s is read as %s', (value, attribute) => {
  expect(readHeaderValue(value)).toBe(attribute)
})

test.each(['%ff', '%c3', '%ed%a0%80', '%c0%af', '\u00e8'])('%j is not UTF-8', (value) => {
  expect(readHeaderValue(value)).toBe(null)
})
