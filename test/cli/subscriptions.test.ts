import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeDaemonFile } from '../../src/daemon/daemon-file.ts'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { proveDaemon } from '../../src/inspector/proof.ts'
import { startOtherProgram } from '../support/other-program.ts'
import { freePort } from '../support/ports.ts'
import { createFolder, run, start, type JsonLine, type Place } from '../support/process.ts'
import { startSubscriber } from '../support/subscriber.ts'

const isReady = (line: JsonLine) => line['type'] === 'ready'

function objects(stdout: string): JsonLine[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** An emulator that outlives the daemons, with a production subscription on a receiver of its own. */
async function startFic() {
  const emulator = await createEmulator()
  const production = await startSubscriber()
  onTestFinished(async () => {
    await emulator.close()
    await production.close()
  })
  await emulator.subscribe({ sink: production.url, types: ['receipts.create', 'taxes.create'] })
  return { emulator, production }
}

function place(emulator: Emulator): Place {
  const publicKey = Buffer.from(emulator.publicKey).toString('base64')
  return {
    cwd: createFolder(),
    environment: { FIC_DEV_API_BASE: emulator.url, FIC_DEV_PUBLIC_KEY: publicKey },
  }
}

/** As the API gives them, byte for byte. */
async function observed(emulator: Emulator): Promise<string> {
  const response = await fetch(`${emulator.url}/c/108061/subscriptions`, {
    headers: { authorization: 'Bearer any' },
  })
  return response.text()
}

const keep = ['--tunnel', 'none', '--types', 'products.create']

test('with a daemon: list, show, update, verify, delete, and make it again', async () => {
  const { emulator } = await startFic()
  const here = place(emulator)
  const daemon = start(keep, here)
  await daemon.line(isReady)
  const subscriptions = (...args: string[]) => run(['subscriptions', ...args], here)

  const listed = objects((await subscriptions('--json')).stdout)
  expect(listed).toMatchObject([
    { id: 'SUB1', origin: null, kept: false },
    { id: 'SUB2', origin: 'made', kept: true, budget: { used: 0, limit: 5 } },
  ])
  const shown = await subscriptions('show')
  expect(shown.stdout).toMatch(
    /^SUB2 {2}verified .*\n[^]*the running fic-dev keeps it verified\n {2}verifications {2}0 of 5 used/,
  )

  const updated = await subscriptions('update', '--types', 'products.create,products.update', '--json')
  expect(JSON.parse(updated.stdout)).toMatchObject({
    subscription: { id: 'SUB2', verified: true },
    warnings: [],
  })
  expect(JSON.parse(updated.stdout).subscription.types).toHaveLength(2)
  const moved = await subscriptions('update', '--sink', 'http://127.0.0.1:9/elsewhere')
  expect([moved.exitCode, moved.stderr.includes('FIC_DEV_E_BAD_REQUEST')]).toEqual([1, true])

  const challenges = () => emulator.deliveries().filter(({ kind }) => kind === 'verification').length
  const before = challenges()
  expect((await subscriptions('verify')).stderr).toContain('SUB2 is verified already; no attempt was spent.')
  expect(challenges()).toBe(before)

  expect((await subscriptions('delete', 'SUB2')).exitCode).toBe(0)
  await daemon.line((line) => line['type'] === 'subscription' && line['subscription'].state === 'unmanaged')
  expect(objects((await subscriptions('--json')).stdout)).toMatchObject([{ id: 'SUB1' }])
  const again = await subscriptions('create', '--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ subscription: { kept: true, verified: true } })
  daemon.signal('SIGINT')
  expect(await daemon.ended).toBe(130)
})

test('without a daemon: what is not ours is told whose it is, and stays byte for byte without a yes', async () => {
  const { emulator, production } = await startFic()
  const here = place(emulator)
  const before = await observed(emulator)
  const subscriptions = (...args: string[]) => run(['subscriptions', ...args], here)

  expect((await subscriptions('list')).stdout).toContain(`SUB1  verified  ${production.url}`)
  for (const args of [
    ['delete', 'SUB1'],
    ['update', 'SUB1', '--types', 'products.create'],
  ]) {
    const refused = await subscriptions(...args)
    expect(refused.exitCode).toBe(2)
    expect(refused.stderr).toContain(
      `SUB1 is not of this project. It belongs to the receiver at ${production.url}`,
    )
    expect(refused.stderr).toContain(`fic-dev subscriptions ${args[0]} SUB1 --yes`)
  }
  expect((await subscriptions('restore')).stderr).toContain('No subscription is taken over')
  expect((await subscriptions('delete')).stderr).toContain('FIC_DEV_E_USAGE')
  expect((await subscriptions('create')).stderr).toContain('FIC_DEV_E_NO_DAEMON')
  expect(await observed(emulator)).toBe(before)

  expect((await subscriptions('delete', 'SUB1', '--yes')).exitCode).toBe(0)
  expect(await observed(emulator)).toBe('{"data":[]}')
})

test('without a daemon our own sink answers nobody, so no attempt is spent on it', async () => {
  const { emulator } = await startFic()
  const here = place(emulator)
  const daemon = start(keep, here)
  await daemon.line(isReady)
  daemon.signal('SIGKILL')
  await daemon.ended
  // A sink that moved and moved back is not verified any more.
  const [, own] = JSON.parse(await observed(emulator)).data
  for (const sink of ['http://127.0.0.1:9/gone', own.sink]) {
    await fetch(`${emulator.url}/c/108061/subscriptions/SUB2`, {
      method: 'PUT',
      headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
      body: JSON.stringify({ data: { sink } }),
    })
  }
  await emulator.clock.advance(20 * 60_000)
  const challenges = () => emulator.deliveries().filter(({ kind }) => kind === 'verification').length
  const before = challenges()
  const verified = await run(['subscriptions', 'verify', 'SUB2'], here)
  expect([verified.exitCode, verified.stderr.includes('FIC_DEV_E_PROBE_FAILED')]).toEqual([4, true])
  expect(challenges()).toBe(before)
})

test.each(['without a daemon', 'with a daemon'])(
  'after a take-over and kill -9, restore puts the old sink back %s',
  async (how) => {
    const { emulator, production } = await startFic()
    const here = place(emulator)
    const before = await observed(emulator)
    const first = start(['--tunnel', 'none', '--take-over', 'SUB1'], here)
    await first.line(isReady)
    expect(await observed(emulator)).not.toContain(production.url)
    first.signal('SIGKILL')
    await first.ended

    const second = how === 'with a daemon' ? start(keep, here) : null
    if (second) await second.line(isReady)
    const restored = await run(['subscriptions', 'restore', '--json'], here)
    expect(objects(restored.stdout)).toEqual([{ id: 'SUB1', sink: production.url, outcome: 'moved' }])
    await emulator.clock.advance(0)
    if (second) {
      second.signal('SIGINT')
      await second.ended
      await run(['subscriptions', 'delete', 'SUB2'], here)
    }
    expect(await observed(emulator)).toBe(before)
    expect((await run(['subscriptions', 'restore'], here)).stderr).toContain('No subscription is taken over')
  },
)

/** The private API of a daemon for which no verification comes through; a real one waits 20 s for it. */
async function startUnverifying(cwd: string) {
  const entry = {
    id: 'SUB9',
    sink: 'https://shop.example/hooks',
    verified: false,
    types: [],
    mapping: 'binary',
    origin: 'made',
    takenOverFrom: null,
    kept: false,
    budget: { used: 1, limit: 5, nextPossibleAt: null },
    attempts: [
      {
        at: '2026-11-28T10:00:00.000Z',
        subscriptionId: 'SUB9',
        cause: 'create',
        outcome: 'failed',
        detail: 'no answer',
      },
    ],
  }
  const port = await freePort()
  const inspectorUrl = `http://127.0.0.1:${port}`
  const token = 'token-of-the-test'
  await startOtherProgram(port, ({ method, url = '' }, response) => {
    const nonce = new URL(url, inspectorUrl).searchParams.get('nonce')
    const answer =
      nonce !== null
        ? { proof: proveDaemon(token, nonce, inspectorUrl) }
        : method === 'GET'
          ? entry
          : { subscription: entry, warnings: [] }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  })
  const dataDir = join(cwd, '.fic-dev')
  mkdirSync(dataDir)
  writeDaemonFile(dataDir, {
    pid: process.pid,
    version: '0',
    startedAt: '',
    inspectorUrl,
    sinkUrl: '',
    token,
  })
}

test('what ends without a verification ends with 5, and says why', async () => {
  const cwd = createFolder()
  await startUnverifying(cwd)
  for (const args of [
    ['create', '--sink', 'https://shop.example/hooks'],
    ['update', 'SUB9', '--types', 'products.create'],
  ]) {
    const [text, json] = await Promise.all([
      run(['subscriptions', ...args], { cwd }),
      run(['subscriptions', ...args, '--json'], { cwd }),
    ])
    expect([text.exitCode, json.exitCode]).toEqual([5, 5])
    expect(text.stderr).toContain('SUB9 is not verified, so it gets no notifications')
    expect(text.stderr).toContain('The sink is https://shop.example/hooks: look at its answer.')
    expect(objects(json.stdout)).toMatchObject([
      { subscription: { id: 'SUB9', verified: false } },
      { type: 'error', error: { code: 'FIC_DEV_E_SUBSCRIPTION_FAILED' } },
    ])
  }
})

test('a slip in the action is told with what was probably meant', async () => {
  const { exitCode, stderr } = await run(['subscriptions', 'verfy'], { cwd: createFolder() })
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('verify')])
})

test('no token and no company end with 3; the emulator of no daemon with NO_DAEMON', async () => {
  const cwd = createFolder()
  const none = await run(['subscriptions'], { cwd })
  expect([none.exitCode, none.stderr.includes('FIC_DEV_E_TOKEN_MISSING')]).toEqual([3, true])
  const emulated = await run(['subscriptions'], { cwd, environment: { FIC_DEV_EMULATOR: '1' } })
  expect(emulated.stderr).toContain('FIC_DEV_E_NO_DAEMON')
})

test('what is taken over is not updated; given back by hand, the daemon leaves it alone', async () => {
  const { emulator } = await startFic()
  const here = place(emulator)
  const before = await observed(emulator)
  const daemon = start(['--tunnel', 'none', '--take-over', 'SUB1'], here)
  await daemon.line(isReady)
  const updated = await run(['subscriptions', 'update', 'SUB1', '--mapping', 'structured', '--yes'], here)
  expect(updated.stderr).toContain(
    'SUB1 is taken over and has to be restored unchanged, so it cannot be updated.',
  )
  expect((await run(['subscriptions', 'restore'], here)).stdout).toContain('SUB1 has its old sink again')
  await daemon.line((line) => line['type'] === 'subscription' && line['subscription'].state === 'unmanaged')
  await emulator.clock.advance(0)
  daemon.signal('SIGINT')
  await daemon.ended
  expect(await observed(emulator)).toBe(before)
})
