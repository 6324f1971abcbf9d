/** The clock of this machine is wrong, by two minutes or by ten years, and Fatture in Cloud's is right. */

import { writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Status } from '../../src/contract/status.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFolder, isReady, kill, start, storedIds } from '../support/process.ts'
import { fic } from '../support/tokens.ts'
import { startDaemon, temporaryFolder, type Told } from '../support/daemon.ts'
import { arrived, startTarget } from '../support/target.ts'
import { post, publicKey } from '../support/load.ts'

const minuteMs = 60_000
const yearMs = 365.25 * 24 * 60 * minuteMs

const flags = ['--tunnel', 'none', '--public-key', publicKey]

/** Loaded before the program: its clock is off by this much. */
function clockOff(byMs: number): { environment: Record<string, string> } {
  const preload = join(createFolder(), 'clock.cjs')
  writeFileSync(
    preload,
    `const Real = Date
     const now = () => Real.now() + ${byMs}
     globalThis.Date = class extends Real {
       constructor(...args) { if (args.length === 0) super(now()); else super(...args) }
       static now() { return now() }
     }`,
  )
  return { environment: { NODE_OPTIONS: `--require ${preload}` } }
}

function openAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  return agent
}

async function send(sinkUrl: string, name: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `${index}:${name}`)
  const agent = openAgent()
  for (const id of ids) expect(await post(sinkUrl, id, agent)).toBe(200)
  return ids
}

const isNotification = (line: { type?: unknown }) => line.type === 'notification'

test.for([
  ['2 min', 2 * minuteMs],
  ['10 years', 10 * yearMs],
])(
  'the clock is %s behind: 100 genuine notifications are answered 200 and delivered, with a warning',
  async ([behind, byMs]) => {
    const cwd = createFolder()
    await using target = await startTarget()
    const daemon = start([...flags, '-f', target.url], { cwd, ...clockOff(-Number(byMs)) })
    const { sinkUrl } = await daemon.line(isReady)
    const ids = await send(sinkUrl, 'genuine', 100)

    await arrived(target, ids)
    const { notification } = await daemon.line(isNotification)
    expect(notification.signature).toMatchObject({
      outcome: 'valid',
      problems: [expect.stringContaining(`the clock of this machine is ${behind} behind.`)],
    })
    expect(notification.signature.claims).toContainEqual(
      expect.objectContaining({ claim: 'iat', verdict: 'ahead', says: notification.signature.problems[0] }),
    )
    await kill(daemon)
  },
)

test('the clock is 2 min ahead: nothing is odd about a genuine notification', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const daemon = start([...flags, '-f', target.url], { cwd, ...clockOff(2 * minuteMs) })
  const { sinkUrl } = await daemon.line(isReady)

  await arrived(target, await send(sinkUrl, 'genuine', 1))
  const { notification } = await daemon.line(isNotification)
  expect(notification.signature).toMatchObject({ outcome: 'valid', problems: [] })
  await kill(daemon)
})

test('the clock is 10 years ahead: a genuine token has expired, and the finding says that the clock may be ahead', async () => {
  const cwd = createFolder()
  const daemon = start(flags, { cwd, ...clockOff(10 * yearMs) })
  const { sinkUrl } = await daemon.line(isReady)
  await send(sinkUrl, 'genuine', 1)

  const { notification } = await daemon.line(isNotification)
  expect(notification.signature).toMatchObject({
    outcome: 'invalid',
    problems: [
      expect.stringMatching(
        /^Expired at .* If it was sent just now, the clock of this machine is 10 years ahead\.$/,
      ),
    ],
  })
  await kill(daemon)
})

test.for([
  ['ahead', 10 * yearMs],
  ['behind', -10 * yearMs],
])('a start with the clock 10 years %s drops nothing for its age', async ([, byMs]) => {
  const cwd = createFolder()
  const kept = [...flags, '--keep-days', '30']
  const before = start(kept, { cwd })
  const ids = await send((await before.line(isReady))['sinkUrl'], 'before', 3)
  await kill(before)

  const wrong = start(kept, { cwd, ...clockOff(Number(byMs)) })
  const meanwhile = await send((await wrong.line(isReady))['sinkUrl'], 'while', 3)
  await kill(wrong)
  // Again, so that what came by the wrong clock is looked at by the right one, and by the wrong one.
  const after = start(kept, { cwd })
  const later = await send((await after.line(isReady))['sinkUrl'], 'later', 3)
  await kill(after)
  const again = start(kept, { cwd, ...clockOff(Number(byMs)) })
  await again.line(isReady)
  await kill(again)

  expect(await storedIds(cwd)).toEqual([...ids, ...meanwhile, ...later])
})

type NotificationTold = Extract<Told, { type: 'notification' }>
const isEvent = (told: Told): told is NotificationTold =>
  told.type === 'notification' && told.notification.kind === 'event'

test('the status says by how much the clock is behind, until a token shows that it is right', async () => {
  await using folder = await temporaryFolder()
  let offsetMs = -2 * minuteMs
  const parts = { now: () => new Date(Date.now() + offsetMs) }
  const config = { emulator: false, publicKey: fic.publicPem }
  await using daemon = await startDaemon(folder.path, config, parts)
  const statusAfter = async (name: string) => {
    await send(daemon.sinkUrl, name, 1)
    return (await (await daemon.api('/api/status')).json()) as Status
  }

  const { clock } = await statusAfter('behind')
  expect(Math.round((clock?.behindMs ?? 0) / 5_000)).toBe(24)
  offsetMs = 0
  expect((await statusAfter('right')).clock).toBeNull()
})

test('strangers that use up their limit do not touch notifications from the future', async () => {
  await using folder = await temporaryFolder()
  const config = { emulator: false, publicKey: fic.publicPem }
  const parts = { now: () => new Date(Date.now() - 10 * yearMs) }
  await using daemon = await startDaemon(folder.path, config, parts)
  const unsigned = async () => (await fetch(daemon.sinkUrl, { method: 'POST', body: 'x' })).status
  while ((await unsigned()) === 200);

  await send(daemon.sinkUrl, 'genuine', 100)
  const { sink } = (await (await daemon.api('/api/status')).json()) as Status
  expect(sink).toMatchObject({ rateLimited: 1 })
})

test.for(['in this process', 'in another process'])(
  "with the emulator %s, the emulator's clock decides",
  async (where) => {
    await using folder = await temporaryFolder()
    await using emulator = await createEmulator()
    const separate = { emulator: false, apiBase: emulator.url, publicKey: emulator.publicKey, company: 12345 }
    const isSeparate = where === 'in another process'
    await using daemon = await startDaemon(folder.path, isSeparate ? separate : {}, {
      secrets: { accessToken: 'a-token' },
    })
    const moved = await daemon.api('/api/emulator/clock', {
      method: 'POST',
      body: JSON.stringify({ advanceMs: 5 * minuteMs }),
    })
    expect(moved.status).toBe(200)
    await daemon.daemon.trigger({ type: 'issued_documents.invoices.create', ids: [1] })

    const { notification } = await daemon.until(isEvent)
    expect(notification.signature).toMatchObject({ outcome: 'valid', problems: [] })
    expect(notification.signature.claims).toContainEqual(
      expect.objectContaining({ claim: 'iat', verdict: 'ok' }),
    )
  },
)
