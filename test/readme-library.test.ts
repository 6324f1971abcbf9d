/** The code blocks of the README as people paste them: the config file, and the tests with the emulator. */

import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createProject, read } from './support/project.ts'
import { startSubscriber } from './support/subscriber.ts'
import { findBlock } from './readme-blocks.ts'

const runFile = promisify(execFile)

test('the config block is a right config file', async () => {
  const project = createProject({
    'fic-dev.config.ts': findBlock('README.md', 'export default defineConfig'),
  })
  install(project, { 'fic-dev': '.' })

  const { config, notes } = await read(project)
  expect(notes).toEqual([])
  expect({ company: config.company, forwardTo: config.forwardTo }).toEqual({
    company: 12345,
    forwardTo: [
      { types: ['entities.*'], url: 'http://localhost:3000/clients', headers: {} },
      { types: [], url: 'http://localhost:3000/webhooks', headers: {} },
    ],
  })
})

test('the block for Vitest passes in Vitest', async () => {
  await using target = await startSubscriber()
  const project = createProject({
    'client.test.ts': findBlock('README.md', "from 'vitest'"),
    // What the block calls the reader's own app.
    'app.js': `export const startApp = async () => ({ webhookUrl: '${target.url}' })`,
  })
  install(project, { 'fic-dev': '.', vitest: 'node_modules/vitest' })

  await passInVitest(project)
  expect(target.notifications().map(({ body }) => body)).toContain('{"data":{"ids":[42]}}')
})

test('the block for Jest passes, with the globals of Vitest in place of those of Jest', async () => {
  await using target = await startSubscriber()
  const block = findBlock('README.md', "from '@jest/globals'")
  const project = createProject({
    'welcome.test.js': block.replace('http://127.0.0.1:3000/webhooks', target.url),
    'node_modules/@jest/globals/package.json': '{ "type": "module", "exports": "./index.js" }',
    'node_modules/@jest/globals/index.js': "export { afterAll, beforeAll, expect, test } from 'vitest'",
  })
  install(project, { 'fic-dev': '.', vitest: 'node_modules/vitest' })

  await passInVitest(project)
  expect(target.notifications()).toHaveLength(2)
})

/** Has packages found in a project, as an installation would. */
function install(project: string, packages: Record<string, string>): void {
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  for (const [name, place] of Object.entries(packages)) {
    const link = join(project, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(resolve(place), link)
  }
}

/** Rejects with what it printed when a test fails. */
async function passInVitest(project: string): Promise<void> {
  const vitest = resolve('node_modules/vitest/vitest.mjs')
  const environment = { PATH: process.env['PATH'], HOME: project, NO_COLOR: '1' }
  await runFile(process.execPath, [vitest, 'run'], { cwd: project, env: environment })
}
