/** What sharing costs those who do not share: the modules that the running program loads, told by Node itself. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { createFolder, start, type JsonLine } from '../support/process.ts'

/** The addresses of all modules that are loaded until the daemon is ready. */
async function loadedBy(flags: string[]): Promise<string[]> {
  const cwd = createFolder()
  const listFile = join(cwd, 'loaded.txt')
  const hooks = join(cwd, 'hooks.mjs')
  const register = join(cwd, 'register.mjs')
  writeFileSync(listFile, '')
  writeFileSync(
    hooks,
    `import { appendFileSync } from 'node:fs'
export async function load(url, context, next) {
  appendFileSync(${JSON.stringify(listFile)}, url + '\\n')
  return next(url, context)
}
`,
  )
  writeFileSync(
    register,
    `import { register } from 'node:module'\nregister(${JSON.stringify(pathToFileURL(hooks).href)})\n`,
  )
  const environment = { NODE_OPTIONS: `--import ${pathToFileURL(register).href}` }
  const running = start(flags, { cwd, environment })
  await running.line((line: JsonLine) => line['type'] === 'ready')
  running.signal('SIGTERM')
  await running.ended
  return readFileSync(listFile, 'utf8').trim().split('\n')
}

/** Of the parts of the room those that were loaded, each known by words that stand in it and nowhere else. */
function shareParts(urls: string[]): string[] {
  const chunks = urls.filter((url) => url.startsWith('file:') && url.includes('/dist/'))
  const text = chunks.map((url) => readFileSync(fileURLToPath(url), 'utf8')).join('\n')
  return Object.keys(wordsOf).filter((part) => text.includes(wordsOf[part] ?? ''))
}

const wordsOf: Record<string, string> = {
  client: 'The client of NATS, which sharing needs, is not installed.',
  hub: 'there is no connection to the server',
}

test('the words by which parts are known stand in their sources', () => {
  for (const [part, words] of Object.entries(wordsOf)) {
    expect(readFileSync(join('src', 'share', `${part}.ts`), 'utf8')).toContain(words)
  }
})

const isClient = (url: string) => url.includes('@nats-io')

test('without --share the daemon loads nothing of it', async () => {
  const loaded = await loadedBy(['--emulator'])

  expect(loaded.filter(isClient)).toEqual([])
  expect(shareParts(loaded)).toEqual([])
})

test('with --share the hub and the client are loaded, so the test above could fail', async () => {
  const loaded = await loadedBy(['--tunnel', 'none', '--share', 'nats://127.0.0.1:1'])

  expect(loaded.filter(isClient).length).toBeGreaterThan(1)
  expect(shareParts(loaded)).toEqual(['client', 'hub'])
})
