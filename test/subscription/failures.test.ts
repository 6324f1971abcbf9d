/** What the keeper makes of an API that does not do what it is asked. */

import { Writable } from 'node:stream'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createFicApi } from '../../src/fic-api/client.ts'
import { createLog } from '../../src/log.ts'
import { always, startHttpServer } from '../support/http-server.ts'
import { company, startWorld } from './world.ts'

const prefix = 'it.fattureincloud.webhooks.'
const header = 'header' as const
const binary = 'binary' as const

test.each([
  { token: 'invalid', code: 'FIC_DEV_E_TOKEN_REJECTED', says: 'refused the access token', exitCode: 3 },
  { token: 'expired', code: 'FIC_DEV_E_TOKEN_REJECTED', says: 'expired', exitCode: 3 },
  { token: 'blocked', code: 'FIC_DEV_E_PERMISSION', says: 'does not let this app use webhooks', exitCode: 3 },
])('the token "$token" becomes a status, not an exception', async ({ token, code, says, exitCode }) => {
  const { createKeeper } = await startWorld()
  const keeper = createKeeper({}, token)
  await keeper.start()

  expect(keeper.status()).toMatchObject({ state: 'failed', detail: expect.stringContaining(says) })
  expect(keeper.failure()).toMatchObject({ code, exitCode })
})

test('missing scopes: the types to leave out are named', async () => {
  const { createKeeper, observed } = await startWorld()
  const types = ['receipts.create', 'taxes.create', 'products.stock_update', 'products.create']
  const keeper = createKeeper(
    { wanted: { types, mapping: binary, verificationMethod: header } },
    'scopes:receipts,products',
  )
  await keeper.start()

  expect(keeper.failure()).toMatchObject({
    code: 'FIC_DEV_E_PERMISSION',
    hint: 'Leave out taxes.create, products.stock_update, or use a token with the scopes for them.',
  })
  expect(await observed()).toStrictEqual([])
})

test('missing scopes in words that name nothing: the scopes that are needed are named', async () => {
  const world = await startWorld()
  const server = await startHttpServer((request, response) =>
    request.method === 'GET'
      ? always(200, { data: [] })(request, response)
      : always(403, { error: { message: 'Permesso negato' } })(request, response),
  )
  const keeper = world.createKeeper({
    api: createFicApi({
      apiBase: server.url,
      token: 'a/any',
      company,
      log: createLog('silent', process.stderr),
    }),
  })
  await keeper.start()

  expect(keeper.failure()).toMatchObject({
    message: expect.stringContaining('Permesso negato'),
    hint: expect.stringContaining('receipts:r, taxes:r'),
  })
})

test('everything wanted and some types rejected by place: asked again without them', async () => {
  const world = await startWorld()
  const asked: string[][] = []
  const server = await startHttpServer((request, response) => {
    const id = 'SUB5'
    if (request.method === 'POST') {
      const { data } = JSON.parse(request.body) as { data: { types: string[]; sink: string } }
      asked.push(data.types)
      if (data.types.length === 75) {
        const validation_result = { 'data.types.3': ['The selected data.types.3 is invalid.'] }
        return always(422, { error: { message: 'Invalid request.', validation_result } })(request, response)
      }
      return always(200, { data: { ...data, id, verified: true, config: {} } })(request, response)
    }
    const data = { id, sink: world.sink.url, verified: true, types: asked.at(-1) ?? [], config: {} }
    return always(200, { data: request.path.endsWith(id) ? data : [] })(request, response)
  })
  const keeper = world.createKeeper({
    api: createFicApi({
      apiBase: server.url,
      token: 'a/any',
      company,
      log: createLog('silent', process.stderr),
    }),
    wanted: { types: [], mapping: binary, verificationMethod: header },
  })
  await keeper.start()

  const rejected = asked[0]?.[3] ?? ''
  expect(asked.map(({ length }) => length)).toStrictEqual([75, 74])
  expect(asked[1]).not.toContain(rejected)
  expect(keeper.status()).toMatchObject({
    state: 'verified',
    warnings: [expect.stringContaining(`${rejected} was rejected`)],
  })
})

test('while 429 asks to wait, nothing is asked, not even by hand; then all goes on', async () => {
  const { createKeeper, emulator } = await startWorld()
  emulator.faults.set({ api: { status: 429, headers: { 'retry-after': '120' }, times: 1 } })
  const keeper = createKeeper()
  await keeper.start()
  expect(keeper.status()).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('wait 2 minutes'),
  })

  await keeper.check()
  await expect(keeper.verify()).rejects.toMatchObject({ code: 'FIC_DEV_E_FIC_API' })

  await emulator.clock.advance(121_000)
  await keeper.check()
  expect(keeper.status().state).toBe('verified')
})

test('after a 502 it tries again by itself', async () => {
  const { createKeeper, emulator } = await startWorld()
  emulator.faults.set({ api: { status: 502, body: '<html>Bad Gateway</html>', times: 2 } })
  const keeper = createKeeper({ timing: { retriesMs: [10, 20] } })
  await keeper.start()
  expect(keeper.failure()).toMatchObject({ status: 502 })

  await new Promise<void>((resolve) => {
    keeper.onChange(({ state }) => state === 'verified' && resolve())
  })
  expect(keeper.failure()).toBeNull()
})

test('an API that is down for a while does not make a verified subscription a failed one', async () => {
  const { createKeeper, emulator } = await startWorld()
  const keeper = createKeeper()
  await keeper.start()
  emulator.faults.set({ api: { status: 503 } })
  await keeper.check()

  expect(keeper.status()).toMatchObject({
    state: 'verified',
    detail: expect.stringContaining('when last seen'),
  })
  expect(keeper.failure()).toBeNull()
})

test('a create whose answer is lost does not leave a second subscription behind', async () => {
  const { createKeeper, emulator, observed } = await startWorld()
  const api = createFicApi({
    apiBase: emulator.url,
    token: 'a/any',
    company,
    log: createLog('silent', process.stderr),
  })
  let isLost = true
  const keeper = createKeeper({
    api: {
      ...api,
      create: async (request) => {
        const made = await api.create(request)
        if (isLost) throw new Error('socket hang up')
        return made
      },
    },
  })
  await keeper.start()
  expect(keeper.status()).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('socket hang up'),
  })

  isLost = false
  await emulator.clock.advance(0)
  await keeper.check()
  expect(keeper.status()).toMatchObject({ state: 'verified', id: 'SUB1' })
  expect(await observed()).toHaveLength(1)
})

test('a verify that Fatture in Cloud throttles spends nothing and is tried later', async () => {
  const { createKeeper, emulator, sink, records, challenges } = await startWorld()
  sink.answers = false
  const keeper = createKeeper({ timing: { pollsMs: [30] } })
  await keeper.start()
  // The store of another machine knows nothing of the first attempt.
  records.forgetAttempts(emulator.url, 'SUB1')
  await keeper.check()

  expect(keeper.status()).toMatchObject({
    state: 'unverified',
    budget: { used: 0, nextPossibleAt: expect.any(String) },
    detail: expect.stringContaining('once every 10 minutes'),
  })
  expect(records.attempts(emulator.url, 'SUB1')).toMatchObject([{ cause: 'verify', outcome: 'refused' }])
  expect(challenges()).toBe(1)

  sink.answers = true
  await emulator.clock.advance(10 * 60_000)
  // One check asks for the verification; whether it sees the answer depends on how fast the sink is.
  await expect.poll(() => keeper.check().then(() => keeper.status().state)).toBe('verified')
  expect(challenges()).toBe(2)
})

test('a sink without https is not offered to the real Fatture in Cloud', async () => {
  const { createKeeper } = await startWorld()
  const keeper = createKeeper({
    apiBase: 'https://api.example',
    sinkUrl: () => 'http://127.0.0.1:4621/secret',
  })
  // The client still talks to the emulator: a call would succeed.
  await keeper.start()

  expect(keeper.failure()).toMatchObject({
    message: 'Fatture in Cloud cannot reach a sink at http://127.0.0.1:4621.',
    hint: expect.stringContaining('--public-url'),
  })
})

test('an API that hangs does not hold up the exit', async () => {
  const world = await startWorld()
  const server = await startHttpServer(() => {})
  const keeper = world.createKeeper({
    api: createFicApi({
      apiBase: server.url,
      token: 'a/any',
      company,
      log: createLog('silent', process.stderr),
    }),
    timing: { closeMs: 50 },
    onExit: 'delete',
  })
  const started = keeper.start()
  await expect(keeper.close()).resolves.toBeUndefined()
  void started
})

test('the token is in no status, error or log line, whatever goes wrong', async () => {
  const token = 'a/canary-token-0123456789'
  const { createKeeper, emulator } = await startWorld()
  const written: unknown[] = []
  const destination = new Writable({
    write(chunk, _, done) {
      written.push(String(chunk))
      done()
    },
  })
  const log = createLog('debug', destination)
  for (const status of [0, 302, 400, 401, 403, 404, 422, 429, 500]) {
    emulator.faults.set({ api: { status, body: JSON.stringify({ error: { message: `Bearer ${token}` } }) } })
    const api = createFicApi({ apiBase: emulator.url, token, company, log })
    const keeper = createKeeper({ api, log })
    await keeper.start()
    await keeper
      .verify()
      .catch((thrown: unknown) => written.push(inspect(thrown, { depth: 20, showHidden: true })))
    written.push(inspect(keeper.status()))
    await keeper.close()
  }
  expect(written.length).toBeGreaterThan(20)
  expect(written.join('\n')).not.toContain('canary')
})

test('a listener that throws does not stop the keeper', async () => {
  const { createKeeper } = await startWorld()
  const keeper = createKeeper()
  keeper.onChange(() => {
    throw new Error('a bug elsewhere')
  })
  await keeper.start()
  await keeper.check()
  expect(keeper.status().types).toStrictEqual([`${prefix}receipts.create`, `${prefix}taxes.create`])
})
