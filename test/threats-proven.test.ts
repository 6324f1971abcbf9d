/** `docs/threats-proven.md` numbers its rows without a gap, and the tests that it names exist. */

import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('docs/threats-proven.md', 'utf8')
const rows = page.split('\n').filter((line) => /^\| [SF]\d+ /.test(line))

/** Rows that must not be lost: the threats and faults that were known when version 0.1 was ready. */
test.each([
  ['S', 16],
  ['F', 12],
])('the rows of %s are numbered from 1, and there are at least %i', (letter, count) => {
  const numbers = rows.map((row) => row.split('|')[1]?.trim() ?? '').filter((id) => id.startsWith(letter))

  expect(numbers).toEqual(numbers.map((_, index) => `${letter}${index + 1}`))
  expect(numbers.length).toBeGreaterThanOrEqual(count)
})

test('each row ends with at least one test, and every test that the page names exists', () => {
  const names = [...page.matchAll(/`([a-z0-9]+(?:\/[a-z0-9-]+)?)`/g)].map(([, name = '']) => name)
  const exists = (name: string) => existsSync(`test/${name}.test.ts`) || existsSync(`test/${name}`)

  expect(names.length).toBeGreaterThan(50)
  expect(names.filter((name) => !exists(name))).toEqual([])
  for (const row of rows) expect(row).toMatch(/`[a-z0-9]+(\/[a-z0-9-]+)?`[^|]*\|$/)
})
