import { expect, test } from 'vitest'
import type { DoctorMessage } from '../../src/contract/doctor.ts'
import type { Status } from '../../src/contract/status.ts'
import { startReceiver } from '../support/receiver.ts'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { openRoom } from './room.ts'

async function examine(fic: Pick<TestDaemon, 'api'>): Promise<DoctorMessage[]> {
  const answer = await fic.api('/api/doctor', { method: 'POST' })
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson')
  const lines = (await answer.text()).trim().split('\n')
  return lines.map((line) => JSON.parse(line) as DoctorMessage)
}

function outcomes(messages: readonly DoctorMessage[]): Record<string, string> {
  const findings = messages.filter((message) => message.type === 'finding')
  return Object.fromEntries(findings.map(({ name, outcome }) => [name, outcome]))
}

async function statusOf(fic: TestDaemon): Promise<Status> {
  return (await (await fic.api('/api/status')).json()) as Status
}

test('the running daemon is looked at from inside, step by step, and the last line says that all was seen', async () => {
  await using folder = await temporaryFolder()
  const keys: string[] = []
  const receiver = await startReceiver(() => keys[0] ?? '')
  const settings = { file: null, sources: { emulator: 'flag' }, notes: [] }
  await using fic = await startDaemon(folder.path, forwardTo(receiver.url), { settings })
  const { items } = (await (await fic.api('/api/keys')).json()) as { items: { pem: string }[] }
  keys.push(items[0]?.pem ?? '')

  const messages = await examine(fic)

  expect(messages.filter((message) => message.type === 'looking')).toEqual([
    { type: 'looking', at: 'this machine and the settings', step: 1, steps: 4 },
    { type: 'looking', at: 'key, clock and account', step: 2, steps: 4 },
    { type: 'looking', at: 'tunnel, subscription and deliveries', step: 3, steps: 4 },
    { type: 'looking', at: receiver.url, step: 4, steps: 4 },
  ])
  expect(outcomes(messages)).toEqual({
    node: 'ok',
    config: 'ok',
    'data-dir': 'ok',
    disk: 'ok',
    key: 'ok',
    token: 'skipped',
    daemon: 'ok',
    tunnel: 'skipped',
    subscription: 'ok',
    budget: 'ok',
    deliveries: 'ok',
    forwarding: 'ok',
    target: 'ok',
  })
  expect(messages.at(-1)).toEqual({ type: 'done' })
})

test('looking spends no verification, keeps nothing, and asks a target twice: a challenge and one notification', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await target.waitFor(1)
  await fic.until((message) => message.type === 'delivery' && message.delivery.verdict === 'delivered')
  const before = await statusOf(fic)

  const messages = await examine(fic)

  expect(target.received.slice(1).map(({ method, headers }) => [method, headers['ce-type']])).toEqual([
    ['GET', undefined],
    ['POST', 'it.fattureincloud.webhooks.issued_documents.invoices.create'],
  ])
  const after = await statusOf(fic)
  expect(after.subscription?.budget).toEqual(before.subscription?.budget)
  expect(after.counts).toEqual(before.counts)
  // It answers 200 to all, and so without the challenge.
  expect(outcomes(messages)['target']).toBe('warning')
})

test('what breaks in the middle is the last line, in words', async () => {
  await using room = await openRoom({
    async *examine() {
      yield { type: 'looking', at: 'this machine', step: 1, steps: 1 } satisfies DoctorMessage
      throw new Error('the disk is gone')
    },
  })

  expect((await examine(room)).at(-1)).toEqual({
    type: 'broken',
    error: { code: 'FIC_DEV_E_INTERNAL', message: 'the disk is gone' },
  })
})

test('without a daemon there is nothing that could be looked at from inside', async () => {
  await using room = await openRoom()

  const answer = await room.api('/api/doctor', { method: 'POST' })

  expect([answer.status, await answer.json()]).toEqual([
    409,
    { error: expect.objectContaining({ code: 'FIC_DEV_E_NO_DAEMON' }) },
  ])
})
