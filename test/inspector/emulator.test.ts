/** The emulator's clock and faults through the private API, with the emulator in this process and in another. */

import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator/index.ts'
import { startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { openRoom } from './room.ts'

type Answer = Record<string, unknown>

async function ask({ api }: Pick<TestDaemon, 'api'>, path: string, body?: unknown): Promise<Answer> {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const answer = await api(`/api/emulator/${path}`, init)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Answer
}

const noFaults = {
  twins: false,
  wrongOrder: false,
  lateWelcomeMs: 0,
  manyIds: 1,
  slowMs: 0,
  changedKey: false,
  lost: 0,
}

test('ten days pass when the clock is moved, and what comes then carries that time', async () => {
  await using folder = await temporaryFolder()
  const now = new Date('2026-03-01T12:00:00Z')
  await using fic = await startDaemon(folder.path, {}, { now: () => now })
  expect(await ask(fic, 'clock')).toEqual({ now: '2026-03-01T12:00:00.000Z' })

  expect(await ask(fic, 'clock', { advanceMs: 864_000_000 })).toEqual({ now: '2026-03-11T12:00:00.000Z' })

  await fic.daemon.trigger({ type: 'taxes.create' })
  const message = await fic.until(
    (told) => told.type === 'notification' && told.notification.kind === 'event',
  )
  if (message.type !== 'notification') throw new Error('not a notification')
  expect(new Date(message.notification.cloudEvent?.time ?? 0).toISOString()).toBe('2026-03-11T12:00:00.000Z')
})

test('a fault stays on until it is switched off, and does what it says', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  expect(await ask(fic, 'faults')).toMatchObject(noFaults)

  expect(await ask(fic, 'faults', { twins: true, manyIds: 3 })).toMatchObject({
    ...noFaults,
    twins: true,
    manyIds: 3,
  })
  await fic.daemon.trigger({ type: 'taxes.create' })
  const twin = await fic.until(
    (told) =>
      told.type === 'notification' && told.notification.kind === 'event' && !!told.notification.twinOf,
  )
  expect(twin).toMatchObject({
    notification: { ids: [expect.any(Number), expect.any(Number), expect.any(Number)] },
  })
  expect(await ask(fic, 'faults', { twins: false, manyIds: 1 })).toMatchObject(noFaults)
})

test('every fault of the emulator can be set and switched off', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const faults = {
    twins: true,
    wrongOrder: true,
    changedKey: true,
    lost: 1_000_000,
    manyIds: 100_000,
    slowMs: 60_000,
    lateWelcomeMs: 60_000,
    structuredContentType: 'application/json',
    api: { status: 503, body: 'Maintenance', headers: { 'retry-after': '7' }, delayMs: 10, times: 2 },
  }
  const before = await ask(fic, 'faults')
  expect(Object.keys(before).toSorted()).toEqual(Object.keys(faults).toSorted())

  expect(await ask(fic, 'faults', faults)).toEqual(faults)

  expect(await ask(fic, 'faults', before)).toEqual({
    ...noFaults,
    structuredContentType: 'application/cloudevents+json',
    api: null,
  })
})

test('an emulator in another process is reached just the same', async () => {
  await using emulator = await createEmulator()
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { emulator: false, apiBase: emulator.url })
  const before = emulator.clock.now().getTime()

  await ask(fic, 'clock', { advanceMs: 3_600_000 })
  await ask(fic, 'faults', { lost: 2 })

  expect(emulator.clock.now().getTime() - before).toBeGreaterThanOrEqual(3_600_000)
  expect(emulator.faults.get().lost).toBe(2)
  expect(await ask(fic, 'faults')).toMatchObject({ ...noFaults, lost: 2 })
})

test('an emulator that is gone is told in words', async () => {
  const emulator = await createEmulator()
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { emulator: false, apiBase: emulator.url })
  await emulator.close()

  const answer = await fic.api('/api/emulator/clock')

  expect(answer.status).toBe(409)
  expect(await answer.json()).toMatchObject({
    error: { code: 'FIC_DEV_E_NO_EMULATOR', hint: 'Start one with "fic-dev emulator".' },
  })
})

test('without an emulator there is neither clock nor fault', async () => {
  await using room = await openRoom()

  for (const path of ['clock', 'faults']) {
    const answer = await room.api(`/api/emulator/${path}`)
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ error: { code: 'FIC_DEV_E_NO_EMULATOR' } })
  }
})

test.for([
  ['clock', { advanceMs: -1 }],
  ['clock', {}],
  ['faults', { lost: -1 }],
  ['faults', { manyIds: 0 }],
] as const)('%s does not take %j', async ([path, body]) => {
  await using room = await openRoom()

  const answer = await room.api(`/api/emulator/${path}`, { method: 'POST', body: JSON.stringify(body) })

  expect(answer.status).toBe(400)
})
