/** What is published: packed, installed into an empty folder, run, and imported with its types. */

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createFolder } from '../support/process.ts'

const run = promisify(execFile)
const root = process.cwd()

/** Installed from npm's cache where it can be: `npm ci` has filled it. */
async function installPacked(folder: string): Promise<void> {
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: root })
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}')
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`], {
    cwd: folder,
  })
}

test('the packed tarball, installed in an empty folder, runs to ready and gives its types', async () => {
  const folder = createFolder()
  await installPacked(folder)

  const program = execFile(
    join(folder, 'node_modules', '.bin', 'fic-dev'),
    ['--emulator', '--json', '--no-open', '--port', '0', '--sink-port', '0', '--emulator-port', '0'],
    { cwd: folder },
  )
  const ended = new Promise((resolve) => program.once('exit', resolve))
  await new Promise<void>((resolve, reject) => {
    let told = ''
    program.stdout?.on('data', (chunk) => {
      told += chunk
      if (told.includes('"type":"ready"')) resolve()
    })
    program.once('exit', (code) => reject(new Error(`It ended with ${code} before it was ready. ${told}`)))
  })
  program.kill('SIGTERM')
  await ended

  writeFileSync(
    join(folder, 'app.ts'),
    `import { defineConfig } from 'fic-dev'
     import { createEmulator, type Emulator } from 'fic-dev/emulator'
     export default defineConfig({ forwardTo: 'http://localhost:3000', emulator: true })
     export const emulator: Emulator = await createEmulator({ port: 0 })
     await emulator.trigger({ type: 'entities.clients.create', ids: [1, 'a'] }).catch(() => {})
     await emulator.close()`,
  )
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--lib', 'es2023,esnext.disposable']
  const checked = await run(join(root, 'node_modules', '.bin', 'tsc'), [...flags, '--types', '', 'app.ts'], {
    cwd: folder,
  })
  expect(checked.stdout).toBe('')
}, 180_000)

test('the package holds what runs, and nothing of the tests', async () => {
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--dry-run', '--json'], { cwd: root })
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
  const paths = files.map(({ path }) => path)

  expect(paths).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'NOTICES.txt',
      'README.md',
      'dist/cli.js',
      'dist/emulator.js',
      'dist/index.js',
      'dist/localtunnel-worker.js',
      'dist/page/index.html',
      'package.json',
    ]),
  )
  expect(
    paths.filter((path) => !/^(dist\/|LICENSE|NOTICES\.txt|README\.md|package\.json)/.test(path)),
  ).toEqual([])
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object }
  expect(Object.keys(dependencies).sort()).toEqual(['libsql', 'tsx'])
})
