/** The README says what is true. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { printedErrorCodes } from '../src/errors.ts'

const readme = readFileSync('README.md', 'utf8')

test('every error code has a row in the README, and every row is about a code that exists', () => {
  const rows = [...readme.matchAll(/^\| `(FIC_DEV_E_\w+)`/gm)].map(([, code]) => code)
  expect(rows.sort()).toEqual([...printedErrorCodes].sort())
})

test('every error code is used in the source', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== 'errors.ts')
    .map((path) => readFileSync(join('src', path), 'utf8'))
    .join('\n')
  const unused = printedErrorCodes.filter((code) => !source.includes(code.replace('FIC_DEV_E_', '')))
  expect(unused).toEqual([])
})
