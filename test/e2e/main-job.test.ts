/** The main job in one process: the emulator's signed notifications reach the target, the stream and the API. */

import { expect, test } from 'vitest'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import { forwardTo, startDaemon, temporaryFolder, type Told } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'

type Delivered = Extract<Told, { type: 'delivery' }>

const isDelivered = (message: Told): message is Delivered =>
  message.type === 'delivery' && message.delivery.verdict === 'delivered'

test('welcome and events arrive at the target byte for byte, signed and in order', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))

  await fic.daemon.trigger({ type: 'issued_documents.invoices.create', ids: [3062300], count: 3 })
  const received = await target.waitFor(4)

  expect(received.map(({ headers }) => headers['ce-type'])).toEqual([
    'it.fattureincloud.webhooks.subscriptions.welcome',
    ...Array.from({ length: 3 }, () => 'it.fattureincloud.webhooks.issued_documents.invoices.create'),
  ])
  expect(received[1]?.body.toString()).toBe('{"data":{"ids":[3062300]}}')
  expect(received[1]?.headers).toMatchObject({
    'user-agent': 'FattureInCloud/API-WEBHOOK',
    'x-fic-dev-notification': '3',
    'x-fic-dev-attempt': '1',
  })

  const { items } = (await (await fic.api('/api/notifications')).json()) as { items: Notification[] }
  expect(items.map(({ seq, kind, signature }) => [seq, kind, signature.outcome])).toEqual([
    [5, 'event', 'valid'],
    [4, 'event', 'valid'],
    [3, 'event', 'valid'],
    [2, 'welcome', 'valid'],
    [1, 'verification', 'valid'],
  ])
})

test('a target that was down gets what it missed as soon as it listens, in order', async () => {
  await using folder = await temporaryFolder()
  const first = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(first.url))
  await first.waitFor(1)
  await first.close()

  await fic.daemon.trigger({ type: 'entities.clients.create', ids: [1] })
  await fic.daemon.trigger({ type: 'entities.clients.update', ids: [1] })
  await fic.until((message) => message.type === 'target' && message.target.health === 'unreachable')
  await using second = await startTarget(first.port)
  const received = await second.waitFor(2)

  expect(received.map(({ headers }) => headers['ce-type'])).toEqual([
    'it.fattureincloud.webhooks.entities.clients.create',
    'it.fattureincloud.webhooks.entities.clients.update',
  ])
})

test('a replay with the dev key is sent again at once and written down with what was sent', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  await using fic = await startDaemon(folder.path, forwardTo(target.url))
  await fic.daemon.trigger({ type: 'products.update', ids: [7] })
  await target.waitFor(2)
  await fic.until(isDelivered)

  const answer = await fic.api('/api/notifications/3/replay', {
    method: 'POST',
    body: JSON.stringify({ sign: 'dev', ids: ['a', 8], mapping: 'structured' }),
  })
  const delivery = (await answer.json()) as Delivery

  expect(answer.status).toBe(200)
  expect(delivery).toMatchObject({ seq: 3, replay: true, sign: 'dev', status: 200, verdict: 'delivered' })
  const replayed = target.received.at(-1)
  expect(JSON.parse(String(replayed?.body))).toMatchObject({ specversion: '1.0', data: { ids: ['a', 8] } })
  expect(replayed?.headers['x-fic-dev-replay']).toBe('1')
  expect(delivery.sent?.body).toBe(String(replayed?.body))
})

test('a second daemon on the same data dir is told who holds it', async () => {
  await using folder = await temporaryFolder()
  await using first = await startDaemon(folder.path)

  await expect(startDaemon(folder.path)).rejects.toMatchObject({
    code: 'FIC_DEV_E_DATA_DIR_LOCKED',
    message: expect.stringContaining(`process ${process.pid} holds ${first.config.dataDir}`),
  })
})
