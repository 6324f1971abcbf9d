import { once } from 'node:events'
import { createServer } from 'node:https'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { CheckResult, World } from '../../src/check/case.ts'
import { checkCases } from '../../src/check/cases.ts'
import { runCases } from '../../src/check/run.ts'
import { createSender, type Sender } from '../../src/delivery/send.ts'
import { createDevKey } from '../../src/fic/signature/sign.ts'
import { certificates } from '../support/certificates.ts'
import { createTestWorld } from '../support/check-world.ts'
import { freePort } from '../support/ports.ts'
import { startRawTarget } from '../support/raw-target.ts'
import { startReceiver, type Mistakes } from '../support/receiver.ts'

let devKey: World['devKey']
let sender: Sender

beforeAll(async () => {
  devKey = await createDevKey()
  sender = createSender({ maxSockets: 1, insecure: false })
})
afterAll(() => sender.close())

async function check(
  url: string,
  options: { timeoutMs?: number; changes?: Partial<World>; only?: string[] } = {},
) {
  const { timeoutMs = 2_000, changes, only } = options
  const cases = checkCases.filter(({ name }) => only?.includes(name) ?? true)
  const results: CheckResult[] = []
  const world = await createTestWorld(url, { devKey, ...changes })
  const run = { world, exchange: sender.send, timeoutMs, waitMs: 3_000 }
  for await (const result of runCases(cases, run)) results.push(result)
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
  [
    'takes the challenge from the query only',
    { challengeOnlyBy: 'query' },
    { 'challenge-header': 'wrong', 'challenge-unsigned': 'skipped', 'challenge-forged': 'skipped' },
  ],
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
  // Success to HTTP, but not on the list of Fatture in Cloud (docs/protocol.md#how-fic-interprets-a-response).
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

test('three answers in a row that do not come in time end the check, in one sentence', async () => {
  const silent = await startRawTarget(() => {})
  const results = await check(silent.url, { timeoutMs: 50 })
  expect(results.slice(1, 4).map(({ outcome, says }) => [outcome, says])).toEqual([
    ['wrong', 'no answer within 0.05 s'],
    ['wrong', 'no answer within 0.05 s'],
    ['careless', 'no answer within 0.05 s'],
  ])
  expect(results[1]?.cause).toMatchObject({ code: 'timeout', todo: expect.stringContaining('--timeout 0') })
  expect(new Set(results.slice(4).map(({ outcome, says }) => `${outcome}: ${says}`))).toEqual(
    new Set(['skipped: Not tried: 3 requests in a row got no answer within 0.05 s.']),
  )
  expect(silent.requests).toHaveLength(3)
})

test('a certificate that is not trusted ends the check at the first case', async () => {
  const server = createServer(certificates.local, (_request, response) => response.end())
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const results = await check(`https://127.0.0.1:${port}/webhooks`)
  expect(results.slice(0, 3)).toMatchObject([
    { name: 'start', outcome: 'right' },
    {
      outcome: 'wrong',
      cause: { code: 'tls-untrusted', todo: expect.stringMatching(/NODE_EXTRA_CA_CERTS.*--insecure/) },
    },
    { outcome: 'skipped', says: 'Not tried: the certificate is self-signed.' },
  ])
})

test('an app that refuses everything shows nothing with what it refuses', async () => {
  const receiver = await startReceiver(() => 'no key')
  const results = await check(receiver.url)
  expect(results.find(({ name }) => name === 'binary')).toMatchObject({ outcome: 'wrong', status: 401 })
  expect(results.find(({ name }) => name === 'forged')).toMatchObject({
    outcome: 'skipped',
    says: '401. A genuine notification got the same answer, so this proves nothing',
  })
  expect(results.find(({ name }) => name === 'challenge-forged')).toMatchObject({
    outcome: 'skipped',
    says: '401. A genuine challenge got the same answer, so this proves nothing',
  })
  const only = await check(receiver.url, { only: ['forged', 'no-token'] })
  expect(only.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['start', 'right'],
    ['forged', 'skipped'],
    ['no-token', 'skipped'],
  ])
})

test('404 and no answer are no refusals', async () => {
  const receiver = await startReceiver(() => devKey.publicKey, { refusesWith: 404 })
  expect(faults(await check(receiver.url))).toMatchObject({
    forged: 'careless',
    'challenge-forged': 'careless',
  })
})

test('a refusal is not put down to the key after the app has shown that it has the right one', async () => {
  const receiver = await startReceiver(() => devKey.publicKey, { toEvents: 403 })
  const results = await check(receiver.url)
  expect(results.find(({ name }) => name === 'binary')?.cause).toMatchObject({ code: 'refused-before' })
})

test('a configured authorization is sent in place of the token, and is the cause of a 401', async () => {
  const receiver = await startReceiver(() => devKey.publicKey)
  const results = await check(receiver.url, { changes: { headers: { Authorization: 'Basic x' } } })
  expect(receiver.requests[0]?.headers.authorization).toBe('Basic x')
  expect(results.find(({ name }) => name === 'binary')?.cause).toMatchObject({ code: 'own-authorization' })
})

test('an app that does not listen at first is waited for, and that is told', async () => {
  const before = await startReceiver(() => devKey.publicKey)
  const port = Number(new URL(before.url).port)
  await before.close()
  const world = await createTestWorld(before.url, { devKey })
  const run = { world, exchange: sender.send, timeoutMs: 2_000, waitMs: 30_000 }
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

test('what goes out has the headers of a delivery', async () => {
  const receiver = await startReceiver(() => devKey.publicKey)
  await check(`${receiver.url}?tenant=7`, {
    changes: { headers: { 'x-team': 'crm' } },
  })
  const [header, query] = receiver.requests
  expect(header).toMatchObject({ method: 'GET', url: '/webhooks?tenant=7' })
  expect(header?.headers['x-fic-verification-challenge']).toMatch(/^[0-9a-f]{64}$/)
  expect(query?.url).toMatch(/^\/webhooks\?tenant=7&x-fic-verification-challenge=[0-9a-f]{64}$/)
  const binary = receiver.requests.find(({ method }) => method === 'POST')
  expect(binary?.body).toBe('{"data":{"ids":[3062300]}}')
  expect(binary?.headers).toMatchObject({
    'user-agent': 'FattureInCloud/API-WEBHOOK',
    connection: 'keep-alive',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'brave-otter.example.com',
    'x-fic-dev-notification': '0',
    'x-fic-dev-attempt': '1',
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-source': 'https://api-v2.fattureincloud.it',
    'ce-subject': 'company:12345',
    'x-team': 'crm',
  })
  expect(binary?.headers['ce-id']).toMatch(/^\d+:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/)
  expect(binary?.headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/)
})
