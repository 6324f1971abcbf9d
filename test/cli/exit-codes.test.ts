/** The exit codes that scripts rely on, and what every command prints for them with `--json`. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { listCommands } from '../support/commands.ts'
import { createFolder, run, start, type JsonLine, type Place } from '../support/process.ts'
import { startTarget } from '../support/target.ts'

const isReady = ({ type }: JsonLine) => type === 'ready'

/** Each line is one object. */
function objects(stdout: string): JsonLine[] {
  const lines = stdout.split('\n')
  expect(lines.pop()).toBe('')
  return lines.map((line) => JSON.parse(line) as JsonLine)
}

function at(emulator: Emulator, environment: Record<string, string> = {}): Place {
  const key = Buffer.from(emulator.publicKey).toString('base64')
  return {
    cwd: createFolder(),
    environment: { FIC_DEV_API_BASE: emulator.url, FIC_DEV_PUBLIC_KEY: key, ...environment },
  }
}

async function startFic(): Promise<Emulator> {
  const emulator = await createEmulator()
  onTestFinished(() => emulator.close())
  return emulator
}

describe('exit codes', () => {
  test('1: what was asked for could not be done', async () => {
    expect((await run(['show', '1'], { cwd: createFolder() })).exitCode).toBe(1)
  })

  test('2: wrong usage, and a configuration that is wrong', async () => {
    const cwd = createFolder()
    expect((await run(['list', '--limt', '3'], { cwd })).exitCode).toBe(2)
    writeFileSync(join(cwd, 'fic-dev.config.ts'), 'export default { port: "many" }')
    const { exitCode, stderr } = await run(['list'], { cwd })
    expect([exitCode, stderr.includes('FIC_DEV_E_CONFIG_INVALID')]).toEqual([2, true])
  })

  test.each([
    ['a refused token', 'invalid', 'FIC_DEV_E_TOKEN_REJECTED'],
    ['an app that may not use webhooks', 'blocked', 'FIC_DEV_E_PERMISSION'],
  ])('3: %s', async (_what, token, code) => {
    const here = at(await startFic(), { FIC_ACCESS_TOKEN: token, FIC_COMPANY_ID: '12345' })
    const { exitCode, stdout } = await run(['subscriptions', '--json'], here)
    expect(objects(stdout)).toMatchObject([{ type: 'error', error: { code } }])
    expect(exitCode).toBe(3)
  })

  test('4: no tunnel could be opened', async () => {
    const cwd = createFolder()
    // No program of that name is there.
    const daemon = start(['--tunnel', 'cloudflared'], { cwd, environment: { PATH: cwd } })
    const { error } = await daemon.line(({ type }) => type === 'error')
    expect(error.code).toBe('FIC_DEV_E_TUNNEL_PROVIDER')
    expect(await daemon.ended).toBe(4)
  })

  test('5: the subscription could not be made as wanted', async () => {
    const emulator = await startFic()
    await using elsewhere = await startTarget()
    await emulator.subscribe({ sink: elsewhere.url, types: ['products.create'] })
    const here = at(emulator)
    const daemon = start(['--tunnel', 'none', '--types', 'taxes.create'], here)
    await daemon.line(isReady)
    // With no verification left.
    const refused = await run(['subscriptions', 'create', '--types', 'products.create', '--json'], here)
    expect(objects(refused.stdout)).toMatchObject([
      { type: 'error', error: { code: expect.stringMatching(/^FIC_DEV_E_(SUBSCRIPTION|NOT_OURS)/) } },
    ])
    expect(refused.exitCode).toBe(5)
  })

  test('0: a daemon whose stdin is closed runs on, and ends when it is told to', async () => {
    const daemon = start(['--emulator'], { cwd: createFolder() })
    daemon.endInput()
    await daemon.line(isReady)
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
  })
})

test('every command has --json, and prints nothing but objects, one a line', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const daemon = start(['--emulator', '-f', target.url], { cwd })
  await daemon.line(isReady)

  const asked: Record<string, string[]> = {
    init: ['init', '--yes', '--force'],
    trigger: ['trigger', 'products.update'],
    list: ['list'],
    show: ['show', 'last'],
    replay: ['replay', 'last'],
    export: ['export'],
    import: ['import', 'all.ndjson'],
    types: ['types', 'invoices'],
    check: ['check', target.url, '--only', 'binary'],
    doctor: ['doctor'],
    forward: ['forward'],
    keys: ['keys'],
    status: ['status'],
    version: ['version'],
    env: ['env'],
    subscriptions: ['subscriptions'],
    token: ['token', 'a.b.c'],
    open: ['open', '--no-open'],
    clear: ['clear', '--yes'],
  }
  // The token is none, and the target no real receiver, which doctor tells.
  const mayFail = new Set(['token', 'doctor'])
  const silent: string[] = []
  const ask = async (name: string) => {
    const { stdout, exitCode } = await run([...(asked[name] ?? []), '--json'], { cwd })
    if (name === 'export') writeFileSync(join(cwd, 'all.ndjson'), stdout)
    const lines = objects(stdout)
    if (lines.length === 0) silent.push(name)
    const errors = lines.filter(({ type }) => type === 'error')
    expect({ name, exitCode, errors }).toEqual({
      name,
      exitCode: exitCode === 1 && mayFail.has(name) ? 1 : 0,
      errors: [],
    })
  }
  // What writes has its turn, before and after those that read.
  const last = ['init', 'import', 'clear']
  await ask('trigger')
  await Promise.all(
    Object.keys(asked)
      .filter((name) => name !== 'trigger' && !last.includes(name))
      .map(ask),
  )
  for (const name of last) await ask(name)
  expect(silent).toEqual(['clear'])

  // Those that stay, start or end a daemon have tests of their own; completion is for shells.
  const commands = await listCommands()
  expect(commands.filter((name) => asked[name] === undefined)).toEqual([
    'start',
    'follow',
    'stop',
    'emulator',
    'logs',
    'completion',
    'help',
  ])
}, 180_000)
