/** The page's style sheet has only those of Mantine's styles that the page uses; none of them may be missing. */

import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pageDir } from '../../src/installation.ts'

const assets = join(pageDir, 'assets')

/** Mantine's classes in all files of a kind. */
function classesIn(extension: string): Set<string> {
  const files = readdirSync(assets).filter((file) => file.endsWith(extension))
  return toClasses(files.map((file) => readFileSync(join(assets, file), 'utf8')).join('\n'))
}

function toClasses(text: string): Set<string> {
  return new Set(text.match(/\bm_[0-9a-f]{6,8}\b/g))
}

test('each of the styles that the scripts name is in the style sheets', () => {
  const all = toClasses(
    readFileSync(createRequire(import.meta.url).resolve('@mantine/core/styles.css'), 'utf8'),
  )
  const named = [...classesIn('.js')].filter((name) => all.has(name))
  const there = classesIn('.css')

  expect(named.length).toBeGreaterThan(50)
  expect(named.filter((name) => !there.has(name))).toEqual([])
})
