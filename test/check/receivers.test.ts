import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CheckResult, World } from '../../src/check/case.ts'
import { checkCases } from '../../src/check/cases.ts'
import { runCases } from '../../src/check/run.ts'
import { createSender, type Sender } from '../../src/delivery/send.ts'
import { createDevKey } from '../../src/fic/signature/sign.ts'
import { startReceiver, type Mistakes } from '../support/receiver.ts'

let devKey: World['devKey']
let strangerKey: string
let sender: Sender

beforeAll(async () => {
  devKey = await createDevKey()
  strangerKey = (await createDevKey()).privateKey
  sender = createSender(1)
})
afterAll(() => sender.close())

function worldOf(url: string, changes: Partial<World> = {}): World {
  return {
    target: new URL(url),
    audience: url,
    company: 12_345,
    eventType: 'it.fattureincloud.webhooks.issued_documents.invoices.create',
    headers: {},
    devKey,
    strangerKey,
    now: new Date(),
    ...changes,
  }
}

async function check(url: string, options: { timeoutMs?: number; changes?: Partial<World> } = {}) {
  const { timeoutMs = 2_000, changes } = options
  const results: CheckResult[] = []
  const run = { world: worldOf(url, changes), exchange: sender.send, timeoutMs, waitMs: 3_000 }
  for await (const result of runCases(checkCases, run)) results.push(result)
  return results
}

/** Name → outcome of everything that is not right. */
function faults(results: readonly CheckResult[]): Record<string, string> {
  return Object.fromEntries(
    results.filter(({ outcome }) => outcome !== 'right').map(({ name, outcome }) => [name, outcome]),
  )
}

test('a receiver that does everything right gets no remark', async () => {
  const receiver = await startReceiver(() => devKey.publicKey)
  const results = await check(receiver.url)
  expect(faults(results)).toEqual({})
  expect(results.map(({ name }) => name)).toEqual(['start', ...checkCases.map(({ name }) => name)])
})

test.each<[string, Mistakes, Record<string, string>]>([
  ['takes the challenge from the header only', { challengeOnlyBy: 'header' }, { 'challenge-query': 'wrong' }],
  ['takes the challenge from the query only', { challengeOnlyBy: 'query' }, { 'challenge-header': 'wrong' }],
  [
    'checks the signature on POST but not on the challenge',
    { challengeUnchecked: true },
    { 'challenge-unsigned': 'careless', 'challenge-forged': 'careless' },
  ],
  [
    'checks no token',
    { tokenUnchecked: true },
    {
      'challenge-unsigned': 'careless',
      'challenge-forged': 'careless',
      forged: 'wrong',
      'no-token': 'wrong',
      'no-algorithm': 'wrong',
      'other-algorithm': 'wrong',
      expired: 'wrong',
      'foreign-sink': 'wrong',
      'foreign-id': 'careless',
      'foreign-company': 'careless',
    },
  ],
  ['takes algorithm none', { alsoTakes: 'none' }, { 'no-algorithm': 'wrong' }],
  ['takes the public key for a secret', { alsoTakes: 'HS256' }, { 'other-algorithm': 'wrong' }],
  ['does not look at exp', { claimUnchecked: 'exp' }, { expired: 'wrong' }],
  ['does not look at aud', { claimUnchecked: 'aud' }, { 'foreign-sink': 'wrong' }],
  ['does not look at jti', { claimUnchecked: 'jti' }, { 'foreign-id': 'careless' }],
  ['does not look at sub', { claimUnchecked: 'sub' }, { 'foreign-company': 'careless' }],
  [
    'does not understand structured',
    { structuredOnlyAs: 'nothing' },
    { structured: 'wrong', 'structured-json': 'wrong' },
  ],
  [
    'knows structured by its content type only',
    { structuredOnlyAs: 'application/cloudevents+json' },
    { 'structured-json': 'wrong' },
  ],
  ['answers 400 to a welcome', { toNoIds: 400 }, { welcome: 'wrong', 'welcome-no-data': 'wrong' }],
  ['fails on 200 ids', { toManyIds: 500 }, { 'many-ids': 'wrong' }],
  ['answers 422 to string ids', { toStringIds: 422 }, { 'string-ids': 'wrong' }],
  ['answers 404 to a type that it does not know', { toUnknownType: 404 }, { 'unknown-type': 'wrong' }],
  ['answers 409 to a twin', { toTwin: 409 }, { twin: 'wrong' }],
  ['does not decode headers', { headersUndecoded: true }, { 'percent-encoded': 'careless' }],
])('a receiver that %s', async (_what, mistakes, expected) => {
  const receiver = await startReceiver(() => devKey.publicKey, mistakes)
  expect(faults(await check(receiver.url))).toEqual(expected)
})

test.each([
  [302, 'drop the notification'],
  [404, 'drop the notification'],
  [410, 'delete the subscription'],
  [500, 'try again'],
  // Success to HTTP, but not on the list of Fatture in Cloud (protocol section 4).
  [203, 'drop the notification'],
])('an answer of %i to events says that Fatture in Cloud would %s', async (status, cost) => {
  const receiver = await startReceiver(() => devKey.publicKey, { toEvents: status })
  const results = await check(receiver.url)
  expect(results.find(({ name }) => name === 'binary')).toMatchObject({
    outcome: 'wrong',
    status,
    cost: expect.stringContaining(cost),
  })
})

test('refusing with 410 or 500 is careless: the first can delete the subscription, the second says that something broke', async () => {
  for (const refusesWith of [410, 500]) {
    const receiver = await startReceiver(() => devKey.publicKey, { refusesWith })
    const found = faults(await check(receiver.url))
    expect(found).toMatchObject({ forged: 'careless', expired: 'careless', 'foreign-sink': 'careless' })
    expect(Object.values(found)).not.toContain('wrong')
  }
})

test('an answer that does not come in time is wrong', async () => {
  const late = await startReceiver(() => devKey.publicKey, { delayMs: 200 })
  const results = await check(late.url, { timeoutMs: 50 })
  expect(results.find(({ name }) => name === 'binary')).toMatchObject({
    outcome: 'wrong',
    status: null,
    says: 'no answer within 0.05 s',
  })
})

test('an app that does not listen at first is waited for, and that is told', async () => {
  const before = await startReceiver(() => devKey.publicKey)
  const port = Number(new URL(before.url).port)
  await before.close()
  const run = { world: worldOf(before.url), exchange: sender.send, timeoutMs: 2_000, waitMs: 30_000 }
  const results = runCases(checkCases, run)
  // This makes the first connection, and nobody is there.
  const first = results.next()
  await startReceiver(() => devKey.publicKey, {}, port)
  expect((await first).value).toMatchObject({
    name: 'start',
    outcome: 'right',
    says: expect.stringMatching(/listens, after \d+\.\d s \(before that: connection refused\)$/),
  })
  await results.return()
})

test('an app that breaks off one request is asked the others all the same', async () => {
  const receiver = await startReceiver(() => devKey.publicKey, { breaksOffOn: 'many-ids' })
  expect(faults(await check(receiver.url))).toEqual({ 'many-ids': 'wrong' })
})

test('what goes out looks as Fatture in Cloud sends it', async () => {
  const receiver = await startReceiver(() => devKey.publicKey)
  await check(`${receiver.url}?tenant=7`, {
    changes: { headers: { 'x-team': 'crm', authorization: 'Basic x' } },
  })
  const [header, query] = receiver.requests
  expect(header).toMatchObject({ method: 'GET', url: '/webhooks?tenant=7' })
  expect(header?.headers['x-fic-verification-challenge']).toMatch(/^[0-9a-f]{64}$/)
  expect(query?.url).toMatch(/^\/webhooks\?tenant=7&x-fic-verification-challenge=[0-9a-f]{64}$/)
  const binary = receiver.requests.find(({ method }) => method === 'POST')
  expect(binary?.body).toBe('{"data":{"ids":[3062300]}}')
  expect(binary?.headers).toMatchObject({
    'user-agent': 'FattureInCloud/API-WEBHOOK',
    connection: 'close',
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-source': 'https://api-v2.fattureincloud.it',
    'ce-subject': 'company:12345',
    'x-team': 'crm',
  })
  expect(binary?.headers['ce-id']).toMatch(/^\d+:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/)
  expect(binary?.headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
  expect(binary?.headers).not.toHaveProperty('x-fic-dev-notification')
})
