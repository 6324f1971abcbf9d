/** What was not delivered is tried again: after an error, when the target is back, under another configuration. */

import { expect, test } from 'vitest'
import { sampleCapture } from '../support/capture.ts'
import { startTarget } from '../support/target.ts'
import { ofType, openDelivery, seqsOf } from './parts.ts'

test('one that waits for its next try does not hold up those behind it, and is delivered later', async () => {
  await using target = await startTarget(0, ({ headers }, response) => {
    const isFirstTry = headers['x-fic-dev-attempt'] === '1'
    response.writeHead(isFirstTry && headers['x-fic-dev-notification'] === '1' ? 500 : 200).end()
  })
  const { capture, deliverer, until, advance, store } = await openDelivery([target.url])
  await deliverer.start()
  // After the look at the start, what waits is tried at once.
  await target.looked
  await Promise.all([capture(), capture(), capture()])
  await until(({ seq, verdict }) => seq === 3 && verdict === 'delivered')
  const retried = await until(({ verdict }) => verdict === 'retried')
  expect(retried).toMatchObject({ seq: 1, attempt: 1, status: 500, nextAttemptAt: expect.any(String) })
  expect(store.jobs.count()).toBe(1)

  advance(2000)

  expect(await until(({ seq, verdict }) => seq === 1 && verdict === 'delivered')).toMatchObject({
    attempt: 2,
  })
  expect(seqsOf(target.received)).toEqual([1, 2, 3, 1])
  expect(store.jobs.count()).toBe(0)
  expect(store.notification(1)?.deliveries.map(({ attempt, verdict }) => [attempt, verdict])).toEqual([
    [1, 'retried'],
    [2, 'delivered'],
  ])
})

test('the next try comes by itself', async () => {
  await using target = await startTarget(0, ({ headers }, response) => {
    response.writeHead(headers['x-fic-dev-attempt'] === '1' ? 500 : 204).end()
  })
  const { capture, deliverer, until } = await openDelivery([target.url])
  await deliverer.start()
  await capture()

  expect(await until(({ verdict }) => verdict === 'delivered')).toMatchObject({ attempt: 2, status: 204 })
})

test('a target that is away gets all that waited when it is back, in order', async () => {
  const first = await startTarget()
  const { capture, deliverer, untilTarget, until, store } = await openDelivery([first.url])
  await deliverer.start()
  await capture()
  await untilTarget(({ health }) => health === 'healthy')
  await first.close()
  for (let count = 1; count <= 10; count++) await capture()
  expect(await untilTarget(({ health }) => health === 'unreachable')).toMatchObject({
    detail: 'connection refused; deliveries wait',
  })
  await until(({ seq, errorCode }) => seq === 2 && errorCode === 'ECONNREFUSED')
  expect(store.counts()).toMatchObject({ waiting: 10 })

  await using second = await startTarget(first.port)

  expect(seqsOf(await second.waitFor(10))).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('a notification that waited longer than a day for anybody to listen is still delivered', async () => {
  const first = await startTarget()
  await first.close()
  const { capture, deliverer, until, advance, store } = await openDelivery([first.url])
  await capture()
  advance(25 * 60 * 60_000)
  await deliverer.start()
  await until(({ verdict }) => verdict === 'retried')
  expect(store.jobs.count()).toBe(1)

  await using second = await startTarget(first.port)

  expect(seqsOf(await second.waitFor(1))).toEqual([1])
})

test('a target that answers 500 for a day is given up', async () => {
  await using target = await startTarget(0, 500)
  const { capture, deliverer, until, advance, store } = await openDelivery([target.url])
  await deliverer.start()
  await capture()
  await until(({ attempt, verdict }) => attempt === 1 && verdict === 'retried')

  advance(25 * 60 * 60_000)

  expect(await until(({ attempt, verdict }) => attempt === 2 && verdict === 'retried')).toMatchObject({
    nextAttemptAt: null,
  })
  expect(store.jobs.count()).toBe(0)
})

test('what waits for an address that is no longer configured follows the configuration', async () => {
  await using target = await startTarget()
  const { deliverer, store } = await openDelivery([{ types: ['products.*'], url: target.url }])
  const old = 'http://127.0.0.1:1/old'
  for (const type of ['products.create', 'taxes.create', 'products.update']) {
    await store.capture(sampleCapture(ofType(type)), { targets: [old] })
  }

  await deliverer.start()

  const received = await target.waitFor(2)
  expect(received.map(({ headers }) => headers['ce-type'])).toEqual([
    'it.fattureincloud.webhooks.products.create',
    'it.fattureincloud.webhooks.products.update',
  ])
})
