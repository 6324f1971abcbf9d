/** What outlives a restart of the emulator, and what closing it leaves behind. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { callApi } from '../support/emulator-api.ts'
import { answerWith, startSubscriber } from '../support/subscriber.ts'

async function createStateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fic-dev-emulator-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'emulator.json')
}

test('key, subscriptions and counters are kept, and what was open is delivered', async () => {
  await using target = await startSubscriber()
  const stateFile = await createStateFile()
  const before = await createEmulator({ stateFile })
  const { id } = await before.subscribe({ sink: target.url })
  await before.clock.advance(0)
  target.respond = answerWith(503)
  const { notificationIds } = await before.trigger({ type: 'products.create', ids: [8] })
  await before.clock.advance(0)
  await before.close()

  target.respond = answerWith(200)
  await using after = await createEmulator({ stateFile })
  expect(after.publicKey).toBe(before.publicKey)
  await after.clock.advance(60_000)
  const last = target.notifications().at(-1)!
  expect([last.headers['ce-id'], last.body]).toEqual([notificationIds[0], '{"data":{"ids":[8]}}'])
  expect(after.deliveries().map(({ attempts, outcome }) => [attempts.length, outcome])).toEqual([
    [2, 'delivered'],
  ])
  const { body } = await callApi(after.url, 'GET', `/c/108061/subscriptions/${id}`)
  expect((body.data as { verified: boolean }).verified).toBe(true)
  const next = await after.subscribe({ sink: target.url, company: 2 })
  expect(next.id).toBe('SUB2')
})

test('a clock that was moved runs with the base clock again, and nothing waits for the moved time', async () => {
  await using target = await startSubscriber()
  const stateFile = await createStateFile()
  const now = () => new Date('2026-11-23T10:00:00Z')
  const before = await createEmulator({ stateFile, now })
  await before.subscribe({ sink: target.url })
  await before.clock.advance(24 * 60 * 60_000)
  target.respond = answerWith(503)
  await before.trigger({ type: 'products.create' })
  await before.clock.advance(0)
  await before.close()

  target.respond = answerWith(200)
  await using after = await createEmulator({ stateFile, now })
  expect(after.clock.now()).toEqual(now())
  await after.clock.advance(30_000)
  expect(after.deliveries().map(({ outcome }) => outcome)).toEqual(['delivered'])
})

test('a subscription is in the file before the call that makes it is answered', async () => {
  const stateFile = await createStateFile()
  await using emulator = await createEmulator({ stateFile })
  emulator.faults.set({ lost: 1 })
  const types = ['it.fattureincloud.webhooks.taxes.create']
  await callApi(emulator.url, 'POST', '/c/17/subscriptions', { data: { sink: 'https://example.com', types } })
  const state = JSON.parse(await readFile(stateFile, 'utf8')) as { subscriptions: { id: string }[] }
  expect(state.subscriptions.map(({ id }) => id)).toEqual(['SUB1'])
})

test('the state file holds a private key, so only its owner can read it', async () => {
  const stateFile = await createStateFile()
  await using _emulator = await createEmulator({ stateFile })
  expect((await stat(stateFile)).mode & 0o777).toBe(0o600)
})

test('a state file that cannot be read is named, and left alone', async () => {
  const stateFile = await createStateFile()
  await writeFile(stateFile, '{"version":')
  await expect(createEmulator({ stateFile })).rejects.toMatchObject({
    code: 'FIC_DEV_E_DATA_DIR_UNUSABLE',
    message: expect.stringContaining(stateFile) as string,
  })
  expect(await readFile(stateFile, 'utf8')).toBe('{"version":')
})

test('close() breaks off a delivery that hangs, and keeps it for the next start', async () => {
  await using target = await startSubscriber()
  const stateFile = await createStateFile()
  const emulator = await createEmulator({ stateFile })
  await emulator.subscribe({ sink: target.url })
  await emulator.clock.advance(0)
  const arrived = new Promise<void>((resolve) => (target.respond = () => resolve()))
  await emulator.trigger({ type: 'products.create' })
  await arrived
  await emulator.close()
  expect(emulator.deliveries().at(-1)).toMatchObject({ attempts: [], outcome: 'pending' })
})

test('a port that is taken is said, with its number', async () => {
  await using emulator = await createEmulator()
  const port = Number(new URL(emulator.url).port)
  await expect(createEmulator({ port })).rejects.toMatchObject({
    code: 'FIC_DEV_E_PORT_TAKEN',
    message: `Port ${port}, meant for the emulator, is in use.`,
  })
})

test('after close() nothing keeps the process alive, whatever was still waiting', async () => {
  const script = `
    import { createEmulator } from './src/emulator/index.ts'
    const emulator = await createEmulator()
    const { id } = await emulator.subscribe({ sink: 'http://127.0.0.1:9' })
    emulator.faults.set({ slowMs: 3_600_000 })
    void emulator.subscribe({ sink: 'http://127.0.0.1:9', company: 2 })
    await emulator.close()
    console.log(id)`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 25_000 })
  expect(stdout.trim()).toBe('SUB1')
})
