import { expect, test } from 'vitest'
import { toJsonLine, visible, visibleLines } from '../../src/cli/terminal/visible.ts'

// oxlint-disable-next-line no-control-regex -- this is what must not come through
const control = /[\u0000-\u001f\u007f-\u009f]/

test('every control character of one line is shown as a symbol', () => {
  const all = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join('')
  expect(visible(all)).not.toMatch(control)
  expect(visible('\u001B[31mred\u0007\r\n\t\u0000\u007F')).toBe('␛[31mred␇␍␊␉␀␡')
})

test('what turns text around or hides in it is shown as an escape', () => {
  expect(visible('a\u202Eb\u200Bc\u2028d\uFEFFe\u009Bf')).toBe(
    String.raw`a\u202eb\u200bc\u2028d\ufeffe\u009bf`,
  )
  expect(visible('\u{E0041}')).toBe(String.raw`\udb40\udc41`)
})

test('letters, signs and emoji of all languages stay', () => {
  const text = 'Fattura n° 1 – città, €, 発票, فاتورة, 🧾'
  expect(visible(text)).toBe(text)
})

test('lines and tabs stay where several lines are meant', () => {
  expect(visibleLines('{\r\n\t"a": "\u001B"\n}')).toBe('{\n\t"a": "␛"\n}')
})

test('a line of JSON holds no control character and loses nothing', () => {
  const value = { text: 'a\u009B31m\u202E\u2028\u007F\u001B\n\u{E0041}🧾' }
  const line = toJsonLine(value)
  expect(line).not.toMatch(control)
  expect(JSON.parse(line)).toEqual(value)
})
