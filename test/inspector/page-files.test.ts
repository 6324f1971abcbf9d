/** The page's files: as they were built, and nothing beside them. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createPageFiles } from '../../src/inspector/page-files.ts'
import { createFolder } from '../support/process.ts'
import { openRoom } from './room.ts'

function buildFolder(): string {
  const path = createFolder()
  mkdirSync(join(path, 'page', 'assets'), { recursive: true })
  writeFileSync(join(path, 'secrets.js'), 'never to be read')
  writeFileSync(join(path, 'page', 'other.js'), 'never to be read')
  writeFileSync(join(path, 'page', 'assets', '.hidden.js'), 'never to be read')
  writeFileSync(join(path, 'page', 'assets', 'notes.txt'), 'never to be read')
  writeFileSync(join(path, 'page', 'assets', 'index-1a.js'), 'let a')
  writeFileSync(join(path, 'page', 'assets', 'index-1a.css'), 'p {}')
  return join(path, 'page')
}

test('a file is sent with its type and kept; the page itself is read anew, for it may be built again', async () => {
  const pageDir = buildFolder()
  const files = createPageFiles(pageDir)
  expect(await files.index()).toBeNull()
  writeFileSync(join(pageDir, 'index.html'), 'first')
  expect(String(await files.index())).toBe('first')
  expect(await files.asset('index-1a.js')).toEqual({
    type: 'text/javascript; charset=utf-8',
    body: Buffer.from('let a'),
  })
  expect((await files.asset('index-1a.css'))?.type).toBe('text/css; charset=utf-8')

  writeFileSync(join(pageDir, 'index.html'), 'second')
  rmSync(join(pageDir, 'assets', 'index-1a.js'))
  expect(String(await files.index())).toBe('second')
  expect(String((await files.asset('index-1a.js'))?.body)).toBe('let a')
})

test.each([
  '../other.js',
  '../../secrets.js',
  '..%2fother.js',
  '..%2f..%2fsecrets.js',
  '%2e%2e%2fother.js',
  '..\\other.js',
  '.hidden.js',
  'notes.txt',
  'index-1a.js/',
  'index-1a.js%00.css',
  'index-2b.js',
  'assets',
  '',
])('no way leads to what is no file of the page: %s', async (name) => {
  const pageDir = buildFolder()
  await using room = await openRoom({ pageDir })
  const answer = await room.inspector.app.inject({
    url: `/assets/${name}`,
    headers: { host: `127.0.0.1:${room.port}` },
  })

  // Where the path leads elsewhere before it is looked at, the token is asked for.
  expect([401, 404]).toContain(answer.statusCode)
  expect(answer.body).not.toContain('never to be read')
  expect(await createPageFiles(pageDir).asset(decodeURIComponent(name))).toBeNull()
})
