/** A file that is replaced is whole before and after, and a failure leaves the old one. */

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { replaceFile } from '../src/replace-file.ts'
import { testFolder } from './support/capture.ts'

test('a file gets its new content as a new file, with the mode that was asked for', async () => {
  const folder = await testFolder()
  const file = join(folder, 'secrets.json')
  writeFileSync(file, 'old', { mode: 0o644 })
  const { ino } = statSync(file)

  replaceFile(file, 'new', 0o600)

  expect(readFileSync(file, 'utf8')).toBe('new')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  // A reader that has the old file open goes on reading the old content.
  expect(statSync(file).ino).not.toBe(ino)
  expect(readdirSync(folder)).toEqual(['secrets.json'])
})

test('a file that cannot be replaced stays, and no draft is left beside it', async () => {
  const folder = await testFolder()
  mkdirSync(join(folder, 'taken', 'inside'), { recursive: true })

  expect(() => replaceFile(join(folder, 'taken'), 'new', 0o600)).toThrow(/EISDIR|ENOTEMPTY|EEXIST/)

  expect(readdirSync(folder)).toEqual(['taken'])
})
