/** Fatture in Cloud gets 200 whatever the target does, and fic-dev retries what Fatture in Cloud would have retried. */

import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { Delivery } from '../../src/contract/notification.ts'
import { defaultCompany, type EmulatedDelivery } from '../../src/emulator/index.ts'
import { callApi } from '../support/emulator-api.ts'
import { forwardTo, startDaemon, temporaryFolder, type TestDaemon, type Told } from '../support/daemon.ts'
import { startRawTarget } from '../support/raw-target.ts'
import { startTarget } from '../support/target.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

type DeliveryTold = Extract<Told, { type: 'delivery' }>

/** The end of an attempt to deliver the event, which is the third thing that the emulator sends. */
async function attempt(fic: TestDaemon, number: number): Promise<Delivery> {
  const { delivery } = await fic.until(
    (message): message is DeliveryTold =>
      message.type === 'delivery' &&
      message.delivery.seq === 3 &&
      message.delivery.attempt === number &&
      message.delivery.verdict !== 'pending',
  )
  return delivery
}

function emulatorUrlOf(fic: TestDaemon): string {
  return fic.daemon.addresses().emulatorUrl ?? ''
}

async function atFic(fic: TestDaemon): Promise<Pick<EmulatedDelivery, 'kind' | 'outcome'>[]> {
  const url = `${emulatorUrlOf(fic)}/_emulator/deliveries`
  const { items } = (await (await fetch(url)).json()) as { items: EmulatedDelivery[] }
  return items.map(({ kind, outcome }) => ({ kind, outcome }))
}

const allIsWell = [
  { kind: 'verification', outcome: 'verified' },
  { kind: 'welcome', outcome: 'delivered' },
  { kind: 'event', outcome: 'delivered' },
]

test.for<[name: string, misbehave: (socket: Socket) => void, seen: Partial<Delivery>]>([
  ['resets the connection', (socket) => socket.resetAndDestroy(), { status: null, verdict: 'retried' }],
  [
    'answers garbage',
    (socket) => socket.end('* OK IMAP4rev1 ready\r\n'),
    { status: null, error: expect.stringContaining('not HTTP'), verdict: 'retried' },
  ],
  [
    'breaks off in the middle of its answer',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
    { status: null, verdict: 'retried' },
  ],
  [
    'answers 500 with a page',
    (socket) => socket.end('HTTP/1.1 500 Oh\r\nContent-Length: 13\r\n\r\n<h1>Oops</h1>'),
    { status: 500, responseBody: '<h1>Oops</h1>', verdict: 'retried' },
  ],
])('a target that %s gets the notification again', async ([, misbehave, seen]) => {
  await using folder = await temporaryFolder()
  const target = await startRawTarget((socket, _number, { lines }) => {
    // A first request on a kept connection is sent again at once, as the same attempt: it meets the same.
    if (lines.includes('x-fic-dev-notification: 3') && lines.includes('x-fic-dev-attempt: 1'))
      misbehave(socket)
    else socket.write(ok)
  })
  await using fic = await startDaemon(folder.path, forwardTo(target.url))

  await fic.daemon.trigger({ type: 'taxes.create', ids: [5] })

  expect(await attempt(fic, 1)).toMatchObject({ ...seen, nextAttemptAt: expect.any(String) })
  expect(await attempt(fic, 2)).toMatchObject({ status: 200, verdict: 'delivered', nextAttemptAt: null })
  await expect.poll(() => atFic(fic)).toEqual(allIsWell)
})

test('of a 10 MB answer 64 KiB are kept, and the next notification is delivered', async () => {
  const size = 10 * 1024 * 1024
  await using folder = await temporaryFolder()
  const target = await startRawTarget((socket, number) => {
    if (number !== 2) return void socket.write(ok)
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
    socket.write(Buffer.alloc(size, 'x'))
  })
  await using fic = await startDaemon(folder.path, forwardTo(target.url))

  await fic.daemon.trigger({ type: 'taxes.create', ids: [5], count: 2 })
  await fic.until(
    (message) =>
      message.type === 'delivery' && message.delivery.seq === 4 && message.delivery.verdict === 'delivered',
  )

  const { responseBody } = await attempt(fic, 1)
  expect(responseBody).toBe('x'.repeat(64 * 1024))
})

test('a target that hangs does not hold up the capture of what follows', async () => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, () => {})
  await using fic = await startDaemon(folder.path, forwardTo(target.url))

  await fic.daemon.trigger({ type: 'taxes.create', ids: [5], count: 20 })
  await fic.until((message) => message.type === 'notification' && message.notification.seq === 22)

  await expect
    .poll(async () => (await atFic(fic)).map(({ outcome }) => outcome))
    .toEqual(['verified', ...Array.from({ length: 21 }, () => 'delivered')])
  expect(fic.daemon.status().counts).toMatchObject({ notifications: 22, waiting: 21 })
  expect(target.received).toHaveLength(1)
  // Only so can the delivery that is under way end before its 30 s.
  await target.close()
})

test.for<[status: number, verdict: string]>([
  [410, 'subscription-deleted'],
  [404, 'dropped'],
  [301, 'dropped'],
])('a target that answers %d costs no subscription', async ([status, verdict]) => {
  await using folder = await temporaryFolder()
  await using target = await startTarget(0, status)
  await using fic = await startDaemon(folder.path, forwardTo(target.url))

  await fic.daemon.trigger({ type: 'taxes.create', ids: [5] })

  expect(await attempt(fic, 1)).toMatchObject({ status, verdict, nextAttemptAt: null })
  await expect.poll(() => atFic(fic)).toEqual(allIsWell)
  const { body } = await callApi(emulatorUrlOf(fic), 'GET', `/c/${defaultCompany}/subscriptions`)
  expect(body.data).toMatchObject([{ sink: fic.sinkUrl, verified: true }])
})
