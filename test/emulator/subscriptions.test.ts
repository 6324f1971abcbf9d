/** Types, groups, warnings, scopes, refusals and limits of the subscription calls (docs/protocol.md#1-subscriptions). */

import { expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { callApi } from '../support/emulator-api.ts'
import { startSubscriber } from '../support/subscriber.ts'

const prefix = 'it.fattureincloud.webhooks.'
const sink = 'https://example.com/hooks'

/** A subscription whose challenge goes nowhere. */
async function create(emulator: Emulator, data: Record<string, unknown>, token?: string) {
  emulator.faults.set({ lost: 1 })
  return callApi(emulator.url, 'POST', '/c/17/subscriptions', { data: { sink, ...data } }, token)
}

test('group types are exploded, doubles dropped', async () => {
  await using emulator = await createEmulator()
  const { body } = await create(emulator, {
    types: [`${prefix}entities.all.create`, `${prefix}entities.clients.create`, `${prefix}taxes.create`],
  })
  expect((body.data as { types: string[] }).types).toEqual([
    `${prefix}entities.clients.create`,
    `${prefix}entities.suppliers.create`,
    `${prefix}taxes.create`,
  ])
  expect(body.warnings).toBeUndefined()
})

test('a type that another subscription of the company holds, or that does not exist, is a warning', async () => {
  await using emulator = await createEmulator()
  await create(emulator, { types: [`${prefix}entities.clients.delete`] })
  const { status, body } = await create(emulator, {
    types: [`${prefix}entities.all.delete`, `${prefix}entities.cats.create`],
  })
  expect(status).toBe(200)
  expect((body.data as { types: string[] }).types).toEqual([`${prefix}entities.suppliers.delete`])
  expect(body.warnings).toEqual([
    `The '${prefix}entities.clients.delete' event is already registered for this application`,
    `The '${prefix}entities.cats.create' event does not exist`,
  ])
})

test('another company may hold the same type', async () => {
  await using emulator = await createEmulator()
  await create(emulator, { types: [`${prefix}taxes.create`] })
  emulator.faults.set({ lost: 1 })
  const { body } = await callApi(emulator.url, 'POST', '/c/18/subscriptions', {
    data: { sink, types: [`${prefix}taxes.create`] },
  })
  expect((body.data as { types: string[] }).types).toEqual([`${prefix}taxes.create`])
})

test('a subscription keeps its own types when it is modified', async () => {
  await using emulator = await createEmulator()
  await create(emulator, { types: [`${prefix}taxes.create`] })
  const { body } = await callApi(emulator.url, 'PUT', '/c/17/subscriptions/SUB1', {
    data: { types: [`${prefix}taxes.create`, `${prefix}taxes.update`] },
  })
  expect((body.data as { types: string[] }).types).toEqual([`${prefix}taxes.create`, `${prefix}taxes.update`])
})

test('a token without the scopes of every type is refused', async () => {
  await using emulator = await createEmulator()
  const types = [`${prefix}products.stock_update`, `${prefix}entities.all.create`]
  const refused = await create(emulator, { types }, 'scopes:products,entity.clients:r')
  expect(refused.status).toBe(403)
  expect(refused.body.error?.message).toBe('The token is missing these scopes: stock:r, entity.suppliers:r.')
  const granted = await create(
    emulator,
    { types },
    'scopes:products:a,stock:r,entity.clients:r,entity.suppliers',
  )
  expect(granted.status).toBe(200)
})

test('tokens: none, a wrong one, an expired one, and one of an app that may not use webhooks', async () => {
  await using emulator = await createEmulator()
  const list = (token: string) => callApi(emulator.url, 'GET', '/c/17/subscriptions', undefined, token)
  const missing = await fetch(`${emulator.url}/c/17/subscriptions`)
  expect([missing.status, await missing.json()]).toEqual([401, { error: { message: 'Unauthorized.' } }])
  expect(await list('invalid')).toMatchObject({ status: 401, body: { error: { message: 'Unauthorized.' } } })
  expect(await list('expired')).toMatchObject({ status: 401, body: { error: 'unauthorized' } })
  expect(await list('blocked')).toMatchObject({
    status: 403,
    body: { error: { message: 'This app is not enabled to register webhooks', code: 'NO_PERMISSION' } },
  })
})

test.each([
  ['no body', undefined, { data: ['The data field is required.'] }],
  ['no sink', { data: { types: ['x'] } }, { 'data.sink': ['The data.sink field is required.'] }],
  [
    'sink as an object, event_types for types',
    { data: { sink: { url: sink }, event_types: ['x'] } },
    {
      'data.sink': ['The data.sink must be a valid HTTPS URL.'],
      'data.types': ['The data.types field is required.'],
    },
  ],
  [
    'a method that does not exist',
    { data: { sink, types: ['x'], verification_method: 'post', config: { mapping: 'batch' } } },
    {
      'data.config.mapping': ['The selected data.config.mapping is invalid.'],
      'data.verification_method': ['The selected data.verification_method is invalid.'],
    },
  ],
])('create is refused with the field that is wrong: %s', async (_name, body, problems) => {
  await using emulator = await createEmulator()
  const answer = await callApi(emulator.url, 'POST', '/c/17/subscriptions', body)
  expect(answer.status).toBe(422)
  expect(answer.body).toMatchObject({ error: { message: 'Invalid request.', validation_result: problems } })
})

test('a body that is not JSON counts as none', async () => {
  await using emulator = await createEmulator()
  const response = await fetch(`${emulator.url}/c/17/subscriptions`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
    body: '{"data":',
  })
  expect(response.status).toBe(422)
})

test.each([
  ['https://example.com/hooks', 200],
  ['http://127.0.0.1:9/hooks', 200],
  ['http://localhost:9/hooks', 200],
  ['http://[::1]:9/hooks', 200],
  ['http://example.com/hooks', 422],
  ['http://192.168.0.7/hooks', 422],
  ['http://localhost.example.com/', 422],
  ['ftp://example.com', 422],
  ['example.com/hooks', 422],
])('sink %s: %i', async (sink, status) => {
  await using emulator = await createEmulator()
  expect((await create(emulator, { sink, types: [`${prefix}taxes.create`] })).status).toBe(status)
})

test('unknown subscription, foreign company, strange company, unknown path: 404', async () => {
  await using emulator = await createEmulator()
  await create(emulator, { types: [`${prefix}taxes.create`] })
  const paths = ['/c/17/subscriptions/SUB9', '/c/18/subscriptions/SUB1', '/c/abc/subscriptions', '/nowhere']
  const answers = await Promise.all(paths.map((path) => callApi(emulator.url, 'GET', path)))
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  expect(answers.every(({ body }) => typeof body.error?.message === 'string')).toBe(true)
})

test('answers carry what is left of the quota', async () => {
  await using emulator = await createEmulator()
  const { headers } = await callApi(emulator.url, 'GET', '/c/17/subscriptions')
  expect(headers.get('ratelimit-hourlyremaining')).toBe('999')
  expect(headers.get('ratelimit-hourlylimit')).toBe('1000')
  expect(headers.get('ratelimit-monthlyremaining')).toBe('39999')
  expect(headers.get('ratelimit-monthlylimit')).toBe('40000')
})

test('more than 300 calls in 5 minutes: 429; more than 1,000 in an hour: 403; both with Retry-After', async () => {
  await using emulator = await createEmulator({ now: () => new Date('2026-11-23T10:00:00Z') })
  const list = () => callApi(emulator.url, 'GET', '/c/17/subscriptions')
  const spend = async (calls: number) => {
    for (let call = 0; call < calls; call++) expect((await list()).status).toBe(200)
  }
  await spend(300)
  const short = await list()
  expect([short.status, short.headers.get('retry-after')]).toEqual([429, '300'])
  for (const calls of [300, 300, 100]) {
    await emulator.clock.advance(5 * 60_000)
    await spend(calls)
  }
  const long = await list()
  expect([long.status, long.headers.get('retry-after')]).toEqual([403, String(45 * 60)])
  await emulator.clock.advance(45 * 60_000)
  await spend(1)
})

test('subscribe() without types takes all 75, and says why it was refused', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  const made = await emulator.subscribe({ sink: target.url })
  expect(made).toMatchObject({ id: 'SUB1', verified: true, warnings: [], problem: null })
  expect(made.types).toHaveLength(75)
  await expect(
    emulator.subscribe({ sink: 'http://example.com', types: ['taxes.create'] }),
  ).rejects.toMatchObject({
    code: 'FIC_DEV_E_SUBSCRIPTION_FAILED',
    message:
      'The emulator refused the subscription: Invalid request. The data.sink must be a valid HTTPS URL.',
  })
})
