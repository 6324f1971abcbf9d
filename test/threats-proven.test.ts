/** The page about threats and faults has a row for each of them, and the tests that it names are there. */

import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('docs/threats-proven.md', 'utf8')
const rows = page.split('\n').filter((line) => /^\| [SF]\d+ /.test(line))

test('every threat and every fault has its row', () => {
  const wanted = [
    ...Array.from({ length: 16 }, (_, index) => `S${index + 1}`),
    ...Array.from({ length: 12 }, (_, index) => `F${index + 1}`),
  ]
  expect(rows.map((row) => row.split('|')[1]?.trim())).toEqual(wanted)
})

test('the tests that it names exist', () => {
  const names = [...page.matchAll(/`([a-z0-9]+(?:\/[a-z0-9-]+)?)`/g)].map(([, name = '']) => name)
  const isThere = (name: string) => existsSync(`test/${name}.test.ts`) || existsSync(`test/${name}`)

  expect(names.length).toBeGreaterThan(50)
  expect(names.filter((name) => !isThere(name))).toEqual([])
  for (const row of rows) expect(row).toMatch(/`[a-z0-9]+(\/[a-z0-9-]+)?`[^|]*\|$/)
})
