/** Subscriptions, tokens and resources through the private API of a running daemon. */

import { expect, onTestFinished, test } from 'vitest'
import type { ResourcesAnswer, TokenExplanation } from '../../src/contract/api.ts'
import { createEmulator, defaultCompany } from '../../src/emulator/index.ts'
import { eventTypePrefix } from '../../src/fic/event-types.ts'
import { callApi } from '../support/emulator-api.ts'
import { startSubscriber } from '../support/subscriber.ts'
import { startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'

async function ask<Answer>(
  fic: TestDaemon,
  method: string,
  path: string,
  body?: unknown,
): Promise<[number, Answer]> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
  const response = await fic.api(path, init)
  const text = await response.text()
  return [response.status, (text === '' ? null : JSON.parse(text)) as Answer]
}

const isEvent = (seq: number) => (message: { type: string }) =>
  message.type === 'notification' &&
  (message as unknown as { notification: { seq: number } }).notification.seq === seq

test('ids are read 20 at a time, in order, with where the next ones begin; nothing of it is stored', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  const ids = Array.from({ length: 45 }, (_, index) => index + 1)
  await fic.daemon.trigger({ type: 'entities.clients.create', ids })
  await fic.until(isEvent(3))

  const seen: unknown[] = []
  for (const [offset, length, nextOffset] of [
    [0, 20, 20],
    [20, 20, 40],
    [40, 5, null],
  ]) {
    const path = `/api/notifications/3/resources?offset=${offset}`
    const [status, answer] = await ask<ResourcesAnswer>(fic, 'GET', path)
    expect([status, answer.items.length, answer.total, answer.nextOffset]).toEqual([
      200,
      length,
      45,
      nextOffset,
    ])
    seen.push(...answer.items.map(({ id, outcome }) => [id, outcome]))
  }
  expect(seen).toEqual(ids.map((id) => [id, 'found']))
  const [, exported] = await ask<ResourcesAnswer>(fic, 'GET', '/api/notifications/3')
  expect(JSON.stringify(exported)).not.toContain('vat_number')
})

test('a welcome has no resource, an unknown notification is 404, an odd offset 400', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.until(isEvent(2))
  expect(await ask(fic, 'GET', '/api/notifications/2/resources')).toMatchObject([
    200,
    { items: [], total: 0 },
  ])
  expect((await ask(fic, 'GET', '/api/notifications/999/resources'))[0]).toBe(404)
  expect((await ask(fic, 'GET', '/api/notifications/2/resources?offset=-1'))[0]).toBe(400)
})

test('without a token there are neither subscriptions nor resources, and the hint says what is missing', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { emulator: false })
  await fetch(fic.sinkUrl, { method: 'POST', body: '{}' })
  await fic.until(isEvent(1))
  for (const path of ['/api/subscriptions', '/api/notifications/1/resources']) {
    expect(await ask(fic, 'GET', path)).toMatchObject([
      409,
      { error: { code: 'FIC_DEV_E_TOKEN_MISSING', hint: expect.stringContaining('FIC_ACCESS_TOKEN') } },
    ])
  }
})

test('the token of a notification is explained as the sink judged it, of a verification too', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path)
  await fic.until(isEvent(2))
  for (const notification of [1, 2]) {
    const [, explained] = await ask<TokenExplanation>(fic, 'POST', '/api/token', { notification })
    const [, captured] = await ask<{ signature: TokenExplanation }>(
      fic,
      'GET',
      `/api/notifications/${notification}`,
    )
    expect(explained.claims).toEqual(captured.signature.claims)
    expect(explained).toMatchObject({ outcome: 'valid', notification, payload: { aid: expect.any(Number) } })
    expect(explained.notes.join(' ')).toContain('No claim covers the body')
  }
  expect((await ask(fic, 'POST', '/api/token', {}))[0]).toBe(400)
  expect((await ask(fic, 'POST', '/api/token', { notification: 99 }))[0]).toBe(404)
})

test('what is not ours needs anothers: true', async () => {
  await using folder = await temporaryFolder()
  await using another = await startSubscriber()
  await using fic = await startDaemon(folder.path, { types: ['taxes.create'] })
  // As another program creates it.
  const data = { sink: another.url, types: [`${eventTypePrefix}receipts.create`] }
  const { emulatorUrl = '' } = fic.daemon.addresses()
  await callApi(emulatorUrl, 'POST', `/c/${defaultCompany}/subscriptions`, { data })
  expect(await ask(fic, 'GET', '/api/subscriptions/SUB2')).toMatchObject([200, { origin: null }])
  expect(await ask(fic, 'DELETE', '/api/subscriptions/SUB2')).toMatchObject([
    409,
    { error: { code: 'FIC_DEV_E_NOT_OURS' } },
  ])
  expect(await ask(fic, 'DELETE', '/api/subscriptions/SUB2?anothers=true')).toEqual([204, null])
  expect((await ask(fic, 'GET', '/api/subscriptions/SUB2'))[0]).toBe(404)
  expect((await ask(fic, 'POST', '/api/subscriptions', { sink: 'file:///etc' }))[0]).toBe(400)
})

test('a challenge that the sink answers makes the daemon look at the subscription again', async () => {
  await using folder = await temporaryFolder()
  const emulator = await createEmulator()
  onTestFinished(() => emulator.close())
  // A refused token is final: no timer starts another round.
  emulator.faults.set({ api: { status: 401, times: 1 } })
  const separate = { emulator: false, apiBase: emulator.url, publicKey: emulator.publicKey }
  await using fic = await startDaemon(folder.path, separate)
  expect(fic.daemon.status().subscription).toMatchObject({ state: 'failed' })

  await emulator.subscribe({ sink: fic.sinkUrl })

  await fic.until((message) => message.type === 'subscription' && message.subscription.state === 'verified')
  expect(fic.daemon.status().subscription).toMatchObject({ id: 'SUB1', sink: fic.sinkUrl })
})

test('what was deleted by hand stays deleted: the daemon does not make it again by itself', async () => {
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { types: ['taxes.create'] })
  expect(await ask(fic, 'DELETE', '/api/subscriptions/SUB1')).toEqual([204, null])
  await fic.until((message) => message.type === 'subscription' && message.subscription.state === 'unmanaged')
  expect(await ask(fic, 'GET', '/api/subscriptions')).toEqual([200, { items: [] }])
  expect(fic.daemon.status().subscription).toMatchObject({ id: null, detail: 'SUB1 was deleted by hand.' })
  expect(await ask(fic, 'POST', '/api/subscriptions', {})).toMatchObject([
    200,
    { subscription: { verified: true, kept: true } },
  ])
})
