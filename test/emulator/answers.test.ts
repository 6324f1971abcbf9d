/** What each answer of a target means to a notification and its subscription: the tables of docs/protocol.md#how-fic-interprets-a-response. */

import { describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { answerWith, startSubscriber, type Respond, type Subscriber } from '../support/subscriber.ts'

const hourMs = 60 * 60_000
const dayMs = 24 * hourMs

const processing: Respond = (_request, response) => {
  response.writeProcessing()
  response.socket?.end()
}
const never: Respond = () => {}
const reset: Respond = (_request, response) => void response.socket?.resetAndDestroy()

type Kind = 'delivered' | 'unretryable' | 'gone' | 'retryable'

const answers: { name: string; respond: Respond; kind: Kind; status: number | null }[] = [
  ...[200, 201, 202, 204].map((status) => ({
    name: String(status),
    respond: answerWith(status),
    kind: 'delivered' as const,
    status,
  })),
  { name: '102', respond: processing, kind: 'delivered', status: 102 },
  ...[203, 301, 302, 304, 400, 401, 404, 429].map((status) => ({
    name: String(status),
    respond: answerWith(status, { location: '/elsewhere' }),
    kind: 'unretryable' as const,
    status,
  })),
  { name: '410', respond: answerWith(410), kind: 'gone', status: 410 },
  ...[500, 503, 599].map((status) => ({
    name: String(status),
    respond: answerWith(status),
    kind: 'retryable' as const,
    status,
  })),
  { name: 'time-out', respond: never, kind: 'retryable', status: null },
  { name: 'reset', respond: reset, kind: 'retryable', status: null },
]

/** A verified subscription whose welcome has been delivered. */
async function createVerified(target: Subscriber, targetTimeoutMs: number): Promise<Emulator> {
  const emulator = await createEmulator({ targetTimeoutMs })
  await emulator.subscribe({ sink: target.url, types: ['products.create'] })
  await emulator.clock.advance(0)
  return emulator
}

/** Triggers one event and goes on until nothing is pending any more. */
async function triggerToTheEnd(emulator: Emulator) {
  const { notificationIds } = await emulator.trigger({ type: 'products.create' })
  await emulator.clock.advance(hourMs)
  return emulator.deliveries().find(({ notificationId }) => notificationId === notificationIds[0])!
}

async function subscriptionCount(emulator: Emulator): Promise<number> {
  const response = await fetch(`${emulator.url}/c/108061/subscriptions`, {
    headers: { authorization: 'Bearer any' },
  })
  return ((await response.json()) as { data: unknown[] }).data.length
}

const finalOutcome = { delivered: 'delivered', unretryable: 'dropped', gone: 'subscription-deleted' } as const

describe.each(answers)('$name', ({ name, respond, kind, status }) => {
  const timeoutMs = name === 'time-out' ? 500 : 20_000

  test('on the first attempt', async () => {
    await using target = await startSubscriber()
    await using emulator = await createVerified(target, timeoutMs)
    target.respond = respond
    await emulator.trigger({ type: 'products.create' })
    await emulator.clock.advance(0)
    const delivery = emulator.deliveries().at(-1)!
    expect(delivery.outcome).toBe(kind === 'retryable' ? 'pending' : finalOutcome[kind])
    expect(delivery.attempts.map((attempt) => attempt.status)).toEqual([status])
    expect(delivery.attempts[0]!.error === null).toBe(status !== null)
    expect(await subscriptionCount(emulator)).toBe(kind === 'gone' ? 0 : 1)
  })

  test('on the fourth and last attempt', async () => {
    await using target = await startSubscriber()
    await using emulator = await createVerified(target, timeoutMs)
    let attempts = 0
    target.respond = (request, response) =>
      ++attempts < 4 ? answerWith(503)(request, response) : respond(request, response)
    const delivery = await triggerToTheEnd(emulator)
    expect(delivery.attempts.map((attempt) => attempt.status)).toEqual([503, 503, 503, status])
    expect(delivery.outcome).toBe(kind === 'retryable' ? 'dropped' : finalOutcome[kind])
    expect(await subscriptionCount(emulator)).toBe(kind === 'gone' ? 0 : 1)
  })

  test('after the expiration date', async () => {
    await using target = await startSubscriber()
    await using emulator = await createVerified(target, timeoutMs)
    target.respond = answerWith(404)
    await triggerToTheEnd(emulator)
    await emulator.clock.advance(10 * dayMs)
    target.respond = respond
    const delivery = await triggerToTheEnd(emulator)
    expect(delivery.outcome).toBe(kind === 'delivered' ? 'delivered' : 'subscription-deleted')
    expect(await subscriptionCount(emulator)).toBe(kind === 'delivered' ? 1 : 0)
  })
})

test('no redirect is followed', async () => {
  await using target = await startSubscriber()
  await using emulator = await createVerified(target, 20_000)
  target.respond = answerWith(307, { location: '/elsewhere' })
  await triggerToTheEnd(emulator)
  expect(target.received.map(({ url }) => url)).not.toContain('/elsewhere')
})

test('a target that refuses connections is tried four times, with growing intervals', async () => {
  const target = await startSubscriber()
  await using emulator = await createVerified(target, 20_000)
  await target.close()
  const { attempts, outcome } = await triggerToTheEnd(emulator)
  expect(outcome).toBe('dropped')
  expect(attempts.map(({ error }) => error)).toEqual(Array(4).fill('connection refused'))
  const times = attempts.map(({ at }) => Date.parse(at))
  const [first = 0, second = 0, third = 0] = times.slice(1).map((time, index) => time - times[index]!)
  expect(first).toBeLessThan(second)
  expect(second).toBeLessThan(third)
})

test('every attempt carries the same id and a fresh token', async () => {
  await using target = await startSubscriber()
  await using emulator = await createVerified(target, 20_000)
  target.respond = answerWith(500)
  await triggerToTheEnd(emulator)
  const attempts = target.notifications().slice(1)
  expect(new Set(attempts.map(({ headers }) => headers['ce-id'])).size).toBe(1)
  expect(new Set(attempts.map(({ headers }) => headers.authorization)).size).toBe(4)
})

test('with nobody to move the clock, the four attempts come by themselves', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator({ retryDelaysMs: [1, 2, 3] })
  await emulator.subscribe({ sink: target.url })
  await emulator.clock.advance(0)
  let attempts = 0
  const delivered = new Promise<void>((resolve) => {
    target.respond = (request, response) => {
      answerWith(++attempts < 4 ? 500 : 200)(request, response)
      if (attempts === 4) resolve()
    }
  })
  await emulator.trigger({ type: 'products.create' })
  await delivered
  await emulator.clock.advance(0)
  expect(
    emulator
      .deliveries()
      .at(-1)!
      .attempts.map(({ status }) => status),
  ).toEqual([500, 500, 500, 200])
})

describe('the ten days of expiration', () => {
  test('until the date, errors go on without harm', async () => {
    await using target = await startSubscriber()
    await using emulator = await createVerified(target, 20_000)
    target.respond = answerWith(400)
    await triggerToTheEnd(emulator)
    await emulator.clock.advance(9 * dayMs)
    await triggerToTheEnd(emulator)
    expect(await subscriptionCount(emulator)).toBe(1)
  })

  test('they run from the first error, whatever comes later', async () => {
    await using target = await startSubscriber()
    await using emulator = await createVerified(target, 20_000)
    target.respond = answerWith(400)
    await triggerToTheEnd(emulator)
    await emulator.clock.advance(9 * dayMs)
    await triggerToTheEnd(emulator)
    await emulator.clock.advance(dayMs)
    await triggerToTheEnd(emulator)
    expect(await subscriptionCount(emulator)).toBe(0)
  })

  test('one success clears them', async () => {
    await using target = await startSubscriber()
    await using emulator = await createVerified(target, 20_000)
    target.respond = answerWith(400)
    await triggerToTheEnd(emulator)
    target.respond = answerWith(200)
    await triggerToTheEnd(emulator)
    await emulator.clock.advance(11 * dayMs)
    target.respond = answerWith(400)
    await triggerToTheEnd(emulator)
    expect(await subscriptionCount(emulator)).toBe(1)
  })

  test('a 400 to the welcome begins them', async () => {
    await using target = await startSubscriber()
    target.respond = answerWith(400)
    await using emulator = await createVerified(target, 20_000)
    await emulator.clock.advance(10 * dayMs + 1)
    await triggerToTheEnd(emulator)
    expect(await subscriptionCount(emulator)).toBe(0)
  })

  test('an event that is retried after the date saves the subscription when it gets through', async () => {
    await using target = await startSubscriber()
    await using emulator = await createVerified(target, 20_000)
    target.respond = answerWith(400)
    await triggerToTheEnd(emulator)
    await emulator.clock.advance(10 * dayMs)
    let attempts = 0
    target.respond = (request, response) => answerWith(++attempts < 4 ? 503 : 200)(request, response)
    expect((await triggerToTheEnd(emulator)).outcome).toBe('delivered')
    expect(await subscriptionCount(emulator)).toBe(1)
  })
})

test('what still waits when the subscription is deleted is cancelled', async () => {
  await using target = await startSubscriber()
  await using emulator = await createVerified(target, 20_000)
  target.respond = answerWith(503)
  await emulator.trigger({ type: 'products.create' })
  await emulator.clock.advance(0)
  target.respond = answerWith(410)
  await emulator.trigger({ type: 'products.create' })
  await emulator.clock.advance(hourMs)
  expect(
    emulator
      .deliveries()
      .slice(2)
      .map(({ outcome }) => outcome),
  ).toEqual(['cancelled', 'subscription-deleted'])
})
