/** The rest of the private API, on a whole daemon with the emulator: state, types, keys, trigger, replay, pause, links. */

import { createPublicKey } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventTypeEntry, KeyEntry, TriggerAnswer } from '../../src/contract/api.ts'
import type { Delivery } from '../../src/contract/notification.ts'
import type { Status } from '../../src/contract/status.ts'
import { askInspector } from '../security/ask-inspector.ts'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { startTarget, type Target } from '../support/target.ts'
import { openRoom } from './room.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let target: Target
let fic: TestDaemon
beforeAll(async () => {
  folder = await temporaryFolder()
  target = await startTarget()
  fic = await startDaemon(folder.path, forwardTo(target.url))
  await target.waitFor(1)
})
afterAll(async () => {
  await fic.close()
  await target.close()
  await folder[Symbol.asyncDispose]()
})

const json = async (path: string, init?: RequestInit) =>
  (await fic.api(path, init)).json() as Promise<unknown>
const post = (path: string, body: unknown) => fic.api(path, { method: 'POST', body: JSON.stringify(body) })

test('the status tells every part', async () => {
  const status = (await json('/api/status')) as Status

  expect(status).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.version,
    sinkUrl: fic.sinkUrl,
    inspectorUrl: fic.inspectorUrl,
    emulatorUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    tunnel: { state: 'up', history: expect.any(Array) },
    subscription: { state: 'verified', id: 'SUB1', sink: fic.sinkUrl, budget: { limit: 5 } },
    targets: [{ url: target.url, paused: false }],
    sink: { wrongMethod: 0, tooLarge: 0, rateLimited: 0, failed: 0 },
    counts: { waiting: expect.any(Number) },
  })
  expect(Number.isNaN(Date.parse(status.startedAt))).toBe(false)
})

test('75 event types and 7 groups, with scopes, and which are held', async () => {
  const { items } = (await json('/api/types')) as { items: EventTypeEntry[] }
  const single = items.filter(({ members }) => members === null)
  const find = (name: string) => items.find(({ shortName }) => shortName === name)

  expect(single).toHaveLength(75)
  expect(items).toHaveLength(82)
  expect(items.every(({ held }) => held)).toBe(true)
  expect(find('issued_documents.e_invoices.status_update')).toEqual({
    type: 'it.fattureincloud.webhooks.issued_documents.e_invoices.status_update',
    shortName: 'issued_documents.e_invoices.status_update',
    scopes: ['issued_documents.invoices', 'issued_documents.credit_notes'],
    members: null,
    held: true,
  })
  expect(find('entities.all.update')).toEqual({
    type: 'it.fattureincloud.webhooks.entities.all.update',
    shortName: 'entities.all.update',
    scopes: ['entity.clients', 'entity.suppliers'],
    members: ['entities.clients.update', 'entities.suppliers.update'],
    held: true,
  })
})

test('the dev key and the key of Fatture in Cloud, as PEM and as it publishes its own', async () => {
  const { items } = (await json('/api/keys')) as { items: KeyEntry[] }

  expect(items.map(({ name }) => name)).toEqual(['dev', 'fic'])
  for (const { pem, base64 } of items) {
    expect(createPublicKey(pem).asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
    expect(Buffer.from(base64, 'base64').toString()).toBe(pem)
    expect(pem).not.toContain('PRIVATE')
  }
})

describe('trigger', () => {
  test('makes the emulator send, with ids as they are written', async () => {
    const ids = ['7', 8, '0012']
    const answer = await post('/api/trigger', { type: 'cashbook.create', ids })
    const { notificationIds } = (await answer.json()) as TriggerAnswer
    const notification = await fic.until(
      (message) =>
        message.type === 'notification' && message.notification.cloudEvent?.id === notificationIds[0],
    )

    expect(answer.status).toBe(200)
    expect(notificationIds).toHaveLength(1)
    expect(notification).toMatchObject({
      notification: { ids, signature: { outcome: 'valid' } },
    })
  })

  test.each([
    ['no type', {}],
    ['an empty type', { type: '' }],
    ['a count of 0', { type: 'products.create', count: 0 }],
    ['a count of 1,001', { type: 'products.create', count: 1_001 }],
    ['an unknown mapping', { type: 'products.create', mapping: 'odd' }],
  ])('with %s is refused', async (_what, body) => {
    const answer = await post('/api/trigger', body)

    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'FIC_DEV_E_BAD_REQUEST' } })
  })

  test('of a type that does not exist says so', async () => {
    const answer = await post('/api/trigger', { type: 'unicorns.create' })

    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ error: { code: 'FIC_DEV_E_TRIGGER_FAILED' } })
  })
})

describe('a replay', () => {
  test('changes ids, mapping and headers as asked; strings stay strings, null removes', async () => {
    const answer = await post('/api/notifications/2/replay', {
      sign: 'none',
      ids: ['7', 8],
      mapping: 'structured',
      headers: { 'User-Agent': null, 'X-Test': 'yes' },
    })
    const delivery = (await answer.json()) as Delivery
    const sent = target.received.at(-1)

    expect(answer.status).toBe(200)
    expect(delivery).toMatchObject({ seq: 2, replay: true, sign: 'none', status: 200, verdict: 'delivered' })
    expect(JSON.parse(String(sent?.body))).toMatchObject({ data: { ids: ['7', 8] } })
    expect(sent?.headers).toMatchObject({ 'x-test': 'yes', 'x-fic-dev-replay': '1' })
    expect(sent?.headers).not.toHaveProperty('user-agent')
    expect(sent?.headers).not.toHaveProperty('authorization')
  })

  test('without a body is the original once more', async () => {
    const answer = await fic.api('/api/notifications/2/replay', { method: 'POST' })

    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ sign: 'original', sent: null })
  })

  test.each([
    ['a notification that is not there', 999, {}, 404, 'NOT_FOUND'],
    ['to another machine', 2, { to: 'http://198.51.100.7/' }, 422, 'REPLAY_TARGET'],
    ['to nowhere', 2, { to: 'file:///etc/passwd' }, 422, 'REPLAY_TARGET'],
    ['new ids for a challenge', 1, { ids: [1] }, 422, 'REPLAY_UNSIGNABLE'],
  ])('of %s is refused', async (_what, seq, body, status, code) => {
    const answer = await post(`/api/notifications/${seq}/replay`, body)

    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { code: `FIC_DEV_E_${code}` } })
  })
})

test('paused, deliveries wait; let go, they arrive', async () => {
  const before = target.received.length
  const paused = await post('/api/forwarding', { paused: true })
  expect([paused.status, await paused.json()]).toEqual([200, { paused: true }])
  await post('/api/trigger', { type: 'products.update', ids: [1] })
  await fic.until(
    (message) =>
      message.type === 'notification' && message.notification.eventType?.endsWith('products.update') === true,
  )
  const status = (await json('/api/status')) as Status
  expect(status.targets).toMatchObject([{ paused: true }])
  expect(status.counts.waiting).toBe(1)
  expect(target.received).toHaveLength(before)

  await post('/api/forwarding', { paused: false })
  const received = await target.waitFor(before + 1)
  expect(received.at(-1)?.headers['ce-type']).toMatch(/products\.update$/)
  expect((await post('/api/forwarding', {})).status).toBe(400)
})

test('a link opens the inspector once', async () => {
  const { openUrl } = (await json('/api/links', { method: 'POST' })) as { openUrl: string }
  const { port, pathname } = new URL(openUrl)
  const open = () => askInspector(Number(port), { path: pathname })

  expect(openUrl).toMatch(new RegExp(`^${fic.inspectorUrl}/open/[\\w-]{32}$`))
  expect((await open()).status).toBe(200)
  expect((await open()).status).toBe(410)
})

test('subscriptions are listed as Fatture in Cloud holds them', async () => {
  const { items } = (await json('/api/subscriptions')) as { items: unknown[] }

  expect(items).toMatchObject([{ id: 'SUB1', sink: fic.sinkUrl, verified: true }])
})

test('without a token and a company there is nothing to ask about subscriptions, and the answer says what to set', async () => {
  await using room = await openRoom()
  for (const [method, path] of [
    ['GET', '/api/subscriptions'],
    ['POST', '/api/subscriptions/SUB1/verify'],
  ] as const) {
    const answer = await room.api(path, { method })

    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({
      error: { code: 'FIC_DEV_E_TOKEN_MISSING', hint: expect.stringContaining('FIC_ACCESS_TOKEN') },
    })
  }
})
