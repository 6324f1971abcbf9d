/** The queue of a target: order, verdicts, pauses, and its end. */

import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { Verdict } from '../../src/contract/vocabulary.ts'
import { startTarget } from '../support/target.ts'
import { ofType, openDelivery, seqsOf } from './parts.ts'

const isEnded = ({ verdict }: { verdict: Verdict }) => verdict !== 'pending'

test('one is sent at a time, in the order of capture', async () => {
  let open = 0
  let most = 0
  await using target = await startTarget(0, (_request, response) => {
    most = Math.max(most, ++open)
    setImmediate(() => {
      open--
      response.end()
    })
  })
  const { capture, deliverer } = await openDelivery([target.url])
  await deliverer.start()

  await Promise.all(Array.from({ length: 30 }, () => capture()))

  expect(seqsOf(await target.waitFor(30))).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
  expect(most).toBe(1)
})

test('with a concurrency of 3 three are under way, no more', async () => {
  const held: ServerResponse[] = []
  await using target = await startTarget(0, (_request, response) => void held.push(response))
  const { capture, deliverer, until, told } = await openDelivery([target.url], { concurrency: 3 })
  await deliverer.start()
  await Promise.all(Array.from({ length: 5 }, () => capture()))
  await target.waitFor(3)
  expect(told.map(({ seq, verdict }) => [seq, verdict])).toEqual([
    [1, 'pending'],
    [2, 'pending'],
    [3, 'pending'],
  ])

  held[1]?.end()
  await until(({ seq, verdict }) => seq === 2 && verdict === 'delivered')

  expect(seqsOf(await target.waitFor(4))[3]).toBe(4)
  target.answerWith(200)
  for (const response of [held[0], ...held.slice(2)]) response?.end()
  await until(({ seq, verdict }) => seq === 5 && verdict === 'delivered')
})

test.for<[status: number, verdict: Verdict]>([
  [200, 'delivered'],
  [201, 'delivered'],
  [202, 'delivered'],
  [204, 'delivered'],
  [203, 'dropped'],
  [301, 'dropped'],
  [302, 'dropped'],
  [400, 'dropped'],
  [401, 'dropped'],
  [404, 'dropped'],
  [429, 'dropped'],
  [410, 'subscription-deleted'],
])('%d ends it: %s', async ([status, verdict]) => {
  await using target = await startTarget(0, status)
  const { capture, deliverer, until, store } = await openDelivery([target.url])
  await deliverer.start()
  await capture()

  expect(await until(isEnded)).toMatchObject({ status, verdict, nextAttemptAt: null })
  expect(store.jobs.count()).toBe(0)
})

test('every attempt is told and stored twice: when it begins, and when it has ended', async () => {
  await using target = await startTarget(0, (_request, response) => {
    response.writeHead(200, { 'X-App': 'mine' }).end('thanks')
  })
  const { capture, deliverer, until, told, store } = await openDelivery([target.url])
  await deliverer.start()
  await capture()
  const ended = await until(isEnded)

  expect(told.map(({ id, verdict }) => [id, verdict])).toEqual([
    [1, 'pending'],
    [1, 'delivered'],
  ])
  expect(ended).toMatchObject({
    target: target.url,
    replay: false,
    sign: 'original',
    sent: null,
    responseBody: 'thanks',
    responseHeaders: expect.arrayContaining([['X-App', 'mine']]),
  })
  expect(store.notification(1)?.deliveries).toEqual([ended])
})

test('a paused queue holds everything back until it goes on', async () => {
  await using target = await startTarget()
  const { capture, deliverer, until, told } = await openDelivery([target.url])
  deliverer.pause(true)
  await deliverer.start()
  await capture()
  await capture()
  expect(deliverer.status()).toMatchObject([{ paused: true, waiting: 2 }])
  expect(told).toEqual([])

  deliverer.pause(false)
  await until(({ seq, verdict }) => seq === 2 && verdict === 'delivered')

  expect(seqsOf(target.received)).toEqual([1, 2])
  expect(deliverer.status()).toMatchObject([{ paused: false, waiting: 0 }])
})

test('a target that is stuck does not hold up another', async () => {
  await using stuck = await startTarget(0, () => {})
  await using quick = await startTarget()
  const { capture, deliverer } = await openDelivery([
    { types: ['products.*'], url: stuck.url },
    { url: quick.url },
  ])
  await deliverer.start()
  await capture(ofType('products.create'))
  await stuck.waitFor(1)
  await capture(ofType('taxes.create'))

  expect(seqsOf(await quick.waitFor(1))).toEqual([2])
  await stuck.close()
})

test('what was removed in the meantime is not sent', async () => {
  await using target = await startTarget()
  const { capture, deliverer, store } = await openDelivery([target.url])
  deliverer.pause(true)
  await deliverer.start()
  await capture()
  await capture()
  await store.remove(1)

  deliverer.pause(false)

  expect(seqsOf(await target.waitFor(1))).toEqual([2])
})

test('closing waits for what is being sent, writes down its end, and sends nothing more', async () => {
  let answer = () => {}
  await using target = await startTarget(0, (_request, response) => (answer = () => void response.end()))
  const { capture, deliverer, store } = await openDelivery([target.url])
  await deliverer.start()
  await capture()
  await capture()
  await target.waitFor(1)

  const closed = deliverer.close()
  answer()
  await closed

  expect(store.counts()).toEqual({ notifications: 2, deliveries: 1, waiting: 1 })
  expect(store.notification(1)?.deliveries).toMatchObject([{ verdict: 'delivered' }])
  expect(target.received).toHaveLength(1)
})

test('one that falls due between two looks at the clock is not left lying', async () => {
  await using target = await startTarget(0, 500)
  // Each look is 300 ms after the one before, so that the second try falls due between two of them.
  let looks = 0
  const began = Date.now()
  const { capture, deliverer, until } = await openDelivery([target.url], {
    now: () => new Date(began + 300 * looks++),
  })
  await deliverer.start()
  await capture()
  await until(({ verdict }) => verdict === 'retried')
  target.answerWith(200)

  expect(await until(({ verdict }) => verdict === 'delivered')).toMatchObject({ attempt: 2 })
})
