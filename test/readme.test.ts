/** README and docs: their tables are complete, and their links lead to files of the package. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { printedErrorCodes } from '../src/errors.ts'
import { eventTypes, groupTypes, toShortName } from '../src/fic/event-types.ts'
import { ficPublicKeyPem } from '../src/fic/signature/public-key.ts'
import { listPages, readBlocks, readCommands, readInlineCode } from './readme-blocks.ts'
import { listPackedFiles } from './support/packed.ts'

test('every error code has a row in the troubleshooting page, and every row has a code that exists', () => {
  const page = readFileSync('docs/troubleshooting.md', 'utf8')
  const rows = [...page.matchAll(/^\| `(FIC_DEV_E_\w+)`/gm)].map(([, code]) => code)
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

test('every relative link of a page leads to a file of the package, with that heading', async () => {
  const packed = new Set(await listPackedFiles())
  const pages = listPages()
  expect(pages.filter((page) => !packed.has(page))).toEqual([])
  const links = pages.flatMap((page) => linksOf(page).map((link) => ({ page, link })))

  expect(links.length).toBeGreaterThan(50)
  expect(links.filter(({ page, link }) => !isThere(page, link, packed))).toEqual([])
})

test('the README has the two commands for a clone, each in a block of its own', () => {
  const commands = readBlocks('README.md').map(({ code }) => code.trim())
  expect(commands).toEqual(expect.arrayContaining(['npm ci && npm start', 'npm ci && npm test']))
})

test('the README begins with commands that a user types, and fits its first section on a screen', () => {
  const [first = ''] = readFileSync('README.md', 'utf8').split(/^## /m)
  expect(readCommands('README.md').slice(0, 2)).toEqual([
    'npm install --save-dev fic-dev',
    'npx fic-dev --emulator --forward-to http://localhost:3000/webhooks',
  ])
  expect(first.split('\n').length).toBeLessThan(60)
})

test('every comment that names a section of a page names one that exists', () => {
  const files = ['src', 'web/src', 'test', 'examples'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => join(folder, path)),
  )
  const named = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    if (/\b(?:protocol|design) sections? \d/i.test(text))
      throw new Error(`${file} names a page that readers can't open.`)
    return [...text.matchAll(/\b(docs\/[\w/-]+\.md)(?:#([\w-]+))?/g)].map(([, page = '', anchor]) => ({
      file,
      page,
      anchor,
    }))
  })
  expect(named.length).toBeGreaterThan(100)
  const missing = named.filter(
    ({ page, anchor }) => !existsSync(page) || (anchor !== undefined && !anchorsOf(page).includes(anchor)),
  )
  expect(missing).toEqual([])
})

test('the page about Fatture in Cloud has the key and the numbers of the code', () => {
  const page = readFileSync('docs/protocol.md', 'utf8')
  expect(page).toContain(Buffer.from(ficPublicKeyPem).toString('base64'))
  expect(page).toContain(`(${eventTypes.length} and \`welcome\`)`)
  expect(page).toContain(`and ${groupTypes.length} groups`)
  for (const family of new Set(eventTypes.map(({ type }) => toShortName(type).split('.')[0] ?? ''))) {
    expect(page).toContain(`\`${family}.`)
  }
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

function isThere(page: string, link: string, packed: ReadonlySet<string>): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? page : join(dirname(page), path)
  return packed.has(file) && (anchor === undefined || anchorsOf(file).includes(anchor))
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
