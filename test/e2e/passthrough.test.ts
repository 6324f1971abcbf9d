/** With `respond: "passthrough"` Fatture in Cloud gets the target's answer, unless that would do harm. */

import { expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import type { Notification } from '../../src/contract/notification.ts'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { startTarget, type AnswerWith } from '../support/target.ts'

const answersChallenge: AnswerWith = ({ headers }, response) => {
  const verification = headers['x-fic-verification-challenge']
  if (verification === undefined) return response.writeHead(202).end()
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ verification }))
}

function passthrough(url: string, more: Partial<Config> = {}): Partial<Config> {
  return { ...forwardTo(url), respond: 'passthrough', ...more }
}

async function notification(fic: TestDaemon, seq: number): Promise<Notification> {
  return (await (await fic.api(`/api/notifications/${seq}`)).json()) as Notification
}

/** Its welcome has the target's answer, too, so what the target answers from now on is for what comes after. */
async function startWelcomed(...how: Parameters<typeof startDaemon>): Promise<TestDaemon> {
  const fic = await startDaemon(...how)
  await fic.until((message) => message.type === 'answered' && message.seq === 2)
  return fic
}

/** The statuses that the emulator got for the notifications of a type. */
async function seenByFic(fic: TestDaemon, type: string) {
  const url = fic.daemon.addresses().emulatorUrl
  const { items } = (await (await fetch(`${url}/_emulator/deliveries`)).json()) as {
    items: { eventType: string | null; outcome: string; attempts: { status: number | null }[] }[]
  }
  return items
    .filter(({ eventType }) => eventType?.endsWith(type))
    .map(({ outcome, attempts }) => [outcome, ...attempts.map(({ status }) => status)])
}

test('the challenge is answered by the target, and its status for an event is relayed', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, answersChallenge)
  await using fic = await startDaemon(folder.path, passthrough(target.url))

  await fic.daemon.trigger({ type: 'taxes.create', ids: [5] })
  await fic.until((message) => message.type === 'answered' && message.seq === 3)

  expect(target.received.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST'])
  expect((await notification(fic, 1)).problems).toEqual([])
  expect((await notification(fic, 3)).answer).toEqual({ status: 202, body: null })
  await expect.poll(() => seenByFic(fic, 'taxes.create')).toEqual([['delivered', 202]])
})

test.each([
  [404, 'drop the notification'],
  [302, 'drop the notification'],
  [410, 'delete the subscription'],
])('a %i of the target is not relayed: it would %s', async (status, harm) => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, answersChallenge)
  await using fic = await startWelcomed(folder.path, passthrough(target.url))
  target.answerWith(status)

  await fic.daemon.trigger({ type: 'taxes.create', ids: [5] })
  await fic.until((message) => message.type === 'answered' && message.seq === 3)

  const { answer, problems, deliveries } = await notification(fic, 3)
  expect(answer.status).toBe(200)
  expect(problems.join()).toContain(
    `The target answered ${status}, which would make Fatture in Cloud ${harm}`,
  )
  expect(deliveries.map((delivery) => delivery.status)).toEqual([status])
  await expect.poll(() => seenByFic(fic, 'taxes.create')).toEqual([['delivered', 200]])
})

test('a 410 is relayed when the person allows it, and the emulator deletes the subscription', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, answersChallenge)
  await using fic = await startWelcomed(
    folder.path,
    passthrough(target.url, { allowDestructiveAnswers: true, onExit: 'keep' }),
  )
  target.answerWith(410)

  await fic.daemon.trigger({ type: 'taxes.create', ids: [5] })
  await fic.until((message) => message.type === 'answered' && message.seq === 3)

  await expect.poll(() => seenByFic(fic, 'taxes.create')).toEqual([['subscription-deleted', 410]])
})

test('a challenge that the target answers wrongly is answered by fic-dev, with the reason', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, 405)
  await using fic = await startDaemon(folder.path, passthrough(target.url))

  expect(fic.daemon.status().subscription?.state).toBe('verified')
  expect((await notification(fic, 1)).problems).toEqual([
    'The target did not answer the challenge rightly: it answered 405. fic-dev answered it.',
  ])
})

test('a target that is down makes Fatture in Cloud try again, and nothing is queued here', async () => {
  await using folder = await temporaryFolder()
  const target = await startTarget(0, answersChallenge)
  await using fic = await startWelcomed(folder.path, passthrough(target.url), {
    retryDelaysMs: [50, 50, 50],
  })
  await target.close()

  await fic.daemon.trigger({ type: 'taxes.create', ids: [5] })

  await expect.poll(() => seenByFic(fic, 'taxes.create')).toEqual([['dropped', 503, 503, 503, 503]])
  expect(fic.daemon.status().counts.waiting).toBe(0)
})

test('a challenge that nobody has signed does not bring a stranger to the target; fic-dev answers it', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, answersChallenge)
  await using fic = await startWelcomed(folder.path, passthrough(target.url))

  const headers = { 'x-fic-verification-challenge': 'abc', 'ce-id': '1:x', 'ce-type': 'forged' }
  const answer = await fetch(`${fic.sinkUrl}?act=now`, { headers })

  expect([answer.status, await answer.json()]).toEqual([200, { verification: 'abc' }])
  expect(target.received.filter(({ path }) => path.includes('act=now'))).toEqual([])
  const { items } = (await (await fic.api('/api/notifications?limit=1')).json()) as { items: Notification[] }
  expect(items[0]?.problems.join()).toContain('the target was not asked')
})
