/** Verification: when a challenge goes out, what passes it, and how few attempts there are (docs/protocol.md#2-verification). */

import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { callApi } from '../support/emulator-api.ts'
import { answerWith, passChallenge, startSubscriber, type Respond } from '../support/subscriber.ts'

const minuteMs = 60_000
const types = ['it.fattureincloud.webhooks.products.create']

async function create(emulator: Emulator, sink: string): Promise<string> {
  const { body } = await callApi(emulator.url, 'POST', '/c/17/subscriptions', { data: { sink, types } })
  await emulator.clock.advance(0)
  return (body.data as { id: string }).id
}

async function isVerified(emulator: Emulator, id: string): Promise<boolean> {
  const { body } = await callApi(emulator.url, 'GET', `/c/17/subscriptions/${id}`)
  return (body.data as { verified: boolean }).verified
}

const verify = (emulator: Emulator, id: string) =>
  callApi(emulator.url, 'POST', `/c/17/subscriptions/${id}/verify`)

const answerJson =
  (body: string, status = 200): Respond =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(body)

describe('a challenge is failed by', () => {
  test.each<[string, Respond]>([
    ['another value', answerJson('{"verification":"nonsense"}')],
    ['no value', answerJson('{}')],
    ['null', answerJson('null')],
    ['text', answerJson('ok')],
    ['status 404', answerWith(404)],
    ['status 410, which does not delete the subscription', answerWith(410)],
    ['a redirect', answerWith(302, { location: '/' })],
    [
      'the right value with status 201',
      (request, response) => {
        response.statusCode = 201
        passChallenge(request, response)
      },
    ],
    ['a broken connection', (_request, response) => void response.socket?.destroy()],
  ])('%s', async (_name, respond) => {
    await using target = await startSubscriber()
    await using emulator = await createEmulator()
    target.respondToChallenge = respond
    const id = await create(emulator, target.url)
    expect(await isVerified(emulator, id)).toBe(false)
    expect(emulator.deliveries().map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['verification', 'failed'],
    ])
    expect(emulator.deliveries()[0]!.attempts[0]!.error).toBeTypeOf('string')
  })
})

test('the challenge goes out after the call was answered', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  const order: string[] = []
  target.respondToChallenge = (received, response) => {
    order.push('challenge')
    passChallenge(received, response)
  }
  // Not fetch, whose promise comes a few turns after the bytes.
  const call = request(`${emulator.url}/c/17/subscriptions`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
  })
  call.end(JSON.stringify({ data: { sink: target.url, types } }))
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  order.push('answer')
  answer.resume()
  await emulator.clock.advance(0)
  expect(order).toEqual(['answer', 'challenge'])
})

test('an https sink is asked by TLS, and one that speaks plain HTTP is not verified', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  const { verified, problem } = await emulator.subscribe({ sink: target.url.replace('http:', 'https:') })
  expect(verified).toBe(false)
  expect(problem).toBeTypeOf('string')
  expect(target.received).toEqual([])
})

test('no event is sent to a subscription that is not verified', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  target.respondToChallenge = answerWith(500)
  await create(emulator, target.url)
  await expect(emulator.trigger({ type: 'products.create' })).rejects.toMatchObject({
    code: 'FIC_DEV_E_TRIGGER_FAILED',
    message: 'SUB1 holds products.create but is not verified, so it gets no events.',
  })
  expect(target.notifications()).toEqual([])
})

test('there is one retry per 10 minutes', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator({ now: () => new Date('2026-11-23T10:00:00Z') })
  target.respondToChallenge = answerWith(500)
  const id = await create(emulator, target.url)
  const early = await verify(emulator, id)
  expect(early.status).toBe(429)
  expect(early.headers.get('retry-after')).toBe('600')
  expect(early.body.error?.message).toBe('A verification can be retried once every 10 minutes.')
  await emulator.clock.advance(10 * minuteMs - 1)
  expect((await verify(emulator, id)).status).toBe(429)
  await emulator.clock.advance(1)
  expect((await verify(emulator, id)).status).toBe(200)
  await emulator.clock.advance(0)
  expect(target.challenges()).toHaveLength(2)
})

test('after five failed attempts there is no sixth, by verify or by a changed sink', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  target.respondToChallenge = answerWith(500)
  const id = await create(emulator, target.url)
  for (let attempt = 2; attempt <= 5; attempt++) {
    await emulator.clock.advance(10 * minuteMs)
    expect((await verify(emulator, id)).status).toBe(200)
  }
  await emulator.clock.advance(60 * minuteMs)
  target.respondToChallenge = passChallenge
  expect((await verify(emulator, id)).status).toBe(422)
  const moved = await callApi(emulator.url, 'PUT', `/c/17/subscriptions/${id}`, {
    data: { sink: `${target.url}/elsewhere` },
  })
  expect(moved.status).toBe(422)
  expect(moved.body.error?.message).toBe(
    'All 5 verification attempts of SUB1 failed; create a new subscription.',
  )
  await emulator.clock.advance(0)
  expect(target.challenges()).toHaveLength(5)
  expect(await isVerified(emulator, id)).toBe(false)
})

test('a changed sink is challenged anew; until then nothing is sent, and then what waited follows', async () => {
  await using first = await startSubscriber()
  await using second = await startSubscriber()
  await using emulator = await createEmulator()
  const id = await create(emulator, first.url)
  first.respond = answerWith(503)
  const { notificationIds } = await emulator.trigger({ type: 'products.create' })
  await emulator.clock.advance(0)

  second.respondToChallenge = answerWith(500)
  const { body } = await callApi(emulator.url, 'PUT', `/c/17/subscriptions/${id}`, {
    data: { sink: second.url },
  })
  expect((body.data as { verified: boolean }).verified).toBe(false)
  await emulator.clock.advance(10 * minuteMs)
  expect(await isVerified(emulator, id)).toBe(false)
  expect(second.notifications()).toEqual([])

  second.respondToChallenge = passChallenge
  await verify(emulator, id)
  await emulator.clock.advance(0)
  expect(await isVerified(emulator, id)).toBe(true)
  expect(second.notifications().map(({ headers }) => headers['ce-id'])).toContain(notificationIds[0])
  expect(first.challenges()).toHaveLength(1)
})

test('changes of anything but the sink leave the verification alone', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  const id = await create(emulator, target.url)
  const { body } = await callApi(emulator.url, 'PUT', `/c/17/subscriptions/${id}`, {
    data: {
      sink: target.url,
      types: ['it.fattureincloud.webhooks.taxes.create'],
      verification_method: 'query',
      config: { mapping: 'structured' },
    },
  })
  expect(body).toEqual({
    data: {
      id,
      sink: target.url,
      verified: true,
      types: ['it.fattureincloud.webhooks.taxes.create'],
      config: { mapping: 'structured' },
    },
  })
  await emulator.clock.advance(0)
  expect(target.challenges()).toHaveLength(1)
})
