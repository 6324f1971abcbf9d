/** The README says what is true, and what it points at is there. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { printedErrorCodes } from '../src/errors.ts'
import { readInlineCode } from './readme-blocks.ts'

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

test('every link and picture of a page leads to something that is there', () => {
  const decisions = readdirSync('docs/decisions').map((name) => join('docs/decisions', name))
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/recipes.md', ...decisions]
  const links = pages.flatMap((page) => linksOf(page).map((link) => ({ page, link })))

  expect(links.length).toBeGreaterThan(20)
  expect(links.filter(({ page, link }) => !isThere(page, link))).toEqual([])
})

test('every file that CONTRIBUTING names is there', () => {
  const named = readInlineCode('CONTRIBUTING.md').filter((code) =>
    /^(src|test|web|docs)\/[\w./-]*$/.test(code),
  )

  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((path) => !existsSync(path))).toEqual([])
})

function linksOf(page: string): string[] {
  const text = readFileSync(page, 'utf8')
  const found = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
  return found.map(([, link = '', picture = '']) => link || picture).filter((link) => !/^https?:/.test(link))
}

function isThere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  return existsSync(file) && (anchor === undefined || anchorsOf(file).includes(anchor))
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}
