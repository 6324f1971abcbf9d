import { expect, test } from 'vitest'
import { createFicApi } from '../../src/fic-api/client.ts'
import { silentLog } from '../../src/log.ts'
import { company, startAnsweringSink, startWorld } from './world.ts'

const prefix = 'it.fattureincloud.webhooks.'
const types = [`${prefix}receipts.create`, `${prefix}taxes.create`]
const minute = 60_000
/** For a sink that does not answer, there is nothing to wait for. */
const impatient = { pollsMs: [30] }

test('the first start makes a subscription, and its challenge is answered', async () => {
  const { createKeeper, observed, records, emulator, sink } = await startWorld()
  const keeper = createKeeper()
  const states: string[] = []
  keeper.onChange(({ state }) => states.push(state))

  await keeper.start()

  expect(keeper.status()).toStrictEqual({
    state: 'verified',
    id: 'SUB1',
    sink: sink.url,
    types,
    taken: [],
    warnings: [],
    budget: { used: 0, limit: 5, nextPossibleAt: null },
    detail: 'SUB1 is verified and holds 2 event types.',
    hint: null,
  })
  expect(keeper.failure()).toBeNull()
  expect(states).toStrictEqual(['working', 'verified'])
  expect(await observed()).toStrictEqual([
    { id: 'SUB1', sink: sink.url, verified: true, types, config: { mapping: 'binary' } },
  ])
  expect(records.own(emulator.url, company)).toMatchObject({
    id: 'SUB1',
    origin: 'made',
    takenOverFrom: null,
  })
  expect(records.attempts(emulator.url, 'SUB1')).toMatchObject([{ cause: 'create', outcome: 'verified' }])
})

test('the next daemon finds all as it was and spends nothing', async () => {
  const world = await startWorld()
  await world.createKeeper().start()
  world.reopenRecords()

  const next = world.createKeeper()
  await next.start()

  expect(next.status()).toMatchObject({ state: 'verified', id: 'SUB1' })
  expect(world.challenges()).toBe(1)
  expect(world.records.attempts(world.emulator.url, 'SUB1')).toHaveLength(1)
})

test('the query method is sent with the call that makes the challenge', async () => {
  const { createKeeper, sink } = await startWorld()
  await createKeeper({ wanted: { types: [], mapping: 'structured', verificationMethod: 'query' } }).start()

  expect(sink.requests[0]?.path).toContain('?x-fic-verification-challenge=')
})

test('no types configured means all of them', async () => {
  const { createKeeper } = await startWorld()
  const keeper = createKeeper({ wanted: { types: [], mapping: 'binary', verificationMethod: 'header' } })
  await keeper.start()

  expect(keeper.status().types).toHaveLength(75)
})

test('with another URL of the sink the subscription follows, and is verified there', async () => {
  const { createKeeper, challenges, sink } = await startWorld()
  const elsewhere = await startAnsweringSink()
  let url = sink.url
  const keeper = createKeeper({ sinkUrl: () => url })
  await keeper.start()

  url = elsewhere.url
  await keeper.check()

  expect(keeper.status()).toMatchObject({ state: 'verified', id: 'SUB1', sink: elsewhere.url })
  expect(challenges()).toBe(2)
})

test('while there is no public URL nothing is asked', async () => {
  const { createKeeper, observed } = await startWorld()
  const keeper = createKeeper({ sinkUrl: () => null })
  await keeper.start()

  expect(keeper.status()).toMatchObject({
    state: 'working',
    detail: 'Waits for the public URL of the tunnel.',
  })
  expect(await observed()).toStrictEqual([])
})

test('checks asked for at once share a round, and rounds never overlap', async () => {
  const { createKeeper, observed } = await startWorld()
  const keeper = createKeeper()

  await Promise.all([keeper.start(), keeper.check(), keeper.check(), keeper.check()])

  expect(await observed()).toHaveLength(1)
})

test('without a round trip through the public URL no attempt is spent', async () => {
  const { createKeeper, observed, challenges } = await startWorld()
  let comesBack = false
  const probe = () =>
    Promise.resolve(
      comesBack
        ? ({ outcome: 'ok' } as const)
        : ({ outcome: 'failed', reason: 'the tunnel answered 404' } as const),
    )
  const keeper = createKeeper({ probe })
  await keeper.start()

  expect(keeper.status()).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('the tunnel answered 404'),
  })
  expect(keeper.failure()).toMatchObject({ code: 'FIC_DEV_E_PROBE_FAILED' })
  expect(await observed()).toStrictEqual([])
  expect(challenges()).toBe(0)

  comesBack = true
  await keeper.check()
  expect(keeper.status().state).toBe('verified')
  expect(keeper.failure()).toBeNull()
})

test('a probe that cannot tell is overruled by hand only', async () => {
  const { createKeeper } = await startWorld()
  const keeper = createKeeper({ probe: () => Promise.resolve({ outcome: 'unknown', reason: 'no DNS here' }) })
  await keeper.start()
  expect(keeper.status()).toMatchObject({ state: 'failed', detail: expect.stringContaining('no DNS here') })

  await keeper.verify()
  expect(keeper.status().state).toBe('verified')
})

test('unverified: waits, tries again at minute 10, never a sixth time, and says so', async () => {
  const world = await startWorld()
  const { emulator, sink, challenges, records } = world
  sink.answers = false
  let keeper = world.createKeeper({ timing: impatient })
  await keeper.start()
  expect(keeper.status()).toMatchObject({ state: 'unverified', budget: { used: 1, limit: 5 } })

  for (let used = 2; used <= 5; used++) {
    await emulator.clock.advance(9 * minute)
    await keeper.check()
    expect(challenges()).toBe(used - 1)
    // A restart in between forgets nothing.
    await keeper.close()
    world.reopenRecords()
    keeper = world.createKeeper({ timing: impatient })
    await emulator.clock.advance(2 * minute)
    await keeper.start()
    expect(challenges()).toBe(used)
    expect(keeper.status().budget).toMatchObject({ used, limit: 5 })
  }

  for (let later = 0; later < 3; later++) {
    await emulator.clock.advance(60 * minute)
    await keeper.check()
  }
  expect(challenges()).toBe(5)
  expect(keeper.status().state).toBe('failed')
  expect(keeper.failure()).toMatchObject({
    code: 'FIC_DEV_E_SUBSCRIPTION_BUDGET',
    hint: expect.stringContaining('--recreate'),
  })
  await expect(keeper.verify()).rejects.toMatchObject({ code: 'FIC_DEV_E_SUBSCRIPTION_BUDGET' })
  expect(world.records.attempts(emulator.url, 'SUB1').map(({ outcome }) => outcome)).toStrictEqual(
    Array.from({ length: 5 }, () => 'failed'),
  )
  expect(records).not.toBe(world.records)
})

test('--recreate makes a new one when the budget is gone, once', async () => {
  const { createKeeper, emulator, sink, observed } = await startWorld()
  sink.answers = false
  const keeper = createKeeper({ timing: impatient })
  await keeper.start()
  for (let used = 2; used <= 5; used++) {
    await emulator.clock.advance(10 * minute)
    await keeper.check()
  }
  await keeper.close()

  sink.answers = true
  const next = createKeeper({ recreate: true })
  await next.start()

  expect(next.status()).toMatchObject({ state: 'verified', id: 'SUB2' })
  expect(await observed()).toMatchObject([{ id: 'SUB2', verified: true }])
})

test('by hand, within the ten minutes, is refused with the time', async () => {
  const { createKeeper, sink, challenges } = await startWorld()
  sink.answers = false
  const keeper = createKeeper({ timing: impatient })
  await keeper.start()

  await expect(keeper.verify()).rejects.toMatchObject({
    code: 'FIC_DEV_E_SUBSCRIPTION_BUDGET',
    message: expect.stringMatching(/1 of 5 used, next possible at \d\d:\d\d/),
  })
  expect(challenges()).toBe(1)
})

test('by hand, verified already, costs nothing', async () => {
  const { createKeeper, challenges } = await startWorld()
  const keeper = createKeeper()
  await keeper.start()
  await keeper.verify()

  expect(challenges()).toBe(1)
})

/** Without an answer of the sink, nothing would be asked while a test runs. */
const hour = 60 * minute

test('a challenge that our sink has answered ends the wait for its result', async () => {
  const { createKeeper, sink, challenges } = await startWorld()
  const keeper = createKeeper({ timing: { pollsMs: [hour] } })
  sink.onAnswered = keeper.challengeAnswered
  await keeper.start()

  expect(keeper.status()).toMatchObject({ state: 'verified', id: 'SUB1', budget: { used: 0 } })
  expect(challenges()).toBe(1)
})

test('so does one that was answered before the call that made it returned', async () => {
  const { createKeeper, emulator } = await startWorld()
  const api = createFicApi({ apiBase: emulator.url, token: 'a/any', company, log: silentLog() })
  const keeper = createKeeper({
    api: {
      ...api,
      create: async (request) => {
        const made = await api.create(request)
        await emulator.clock.advance(0)
        keeper.challengeAnswered()
        return made
      },
    },
    timing: { pollsMs: [hour] },
  })
  await keeper.start()

  expect(keeper.status().state).toBe('verified')
})

test('an answered challenge that was not asked for starts a round, which spends no attempt', async () => {
  const { createKeeper, emulator, sink, records } = await startWorld()
  sink.answers = false
  const keeper = createKeeper({ timing: { pollsMs: [30], lookAgainMs: hour, afterChallengeMs: 0 } })
  await keeper.start()
  expect(keeper.status().state).toBe('unverified')
  const verified = new Promise<void>((resolve) => {
    keeper.onChange(({ state }) => state === 'verified' && resolve())
  })

  sink.answers = true
  await emulator.clock.advance(10 * minute)
  // By another program of the same app.
  const api = createFicApi({ apiBase: emulator.url, token: 'a/any', company, log: silentLog() })
  await api.verify('SUB1', 'header')
  await emulator.clock.advance(0)
  keeper.challengeAnswered()
  await verified

  expect(records.attempts(emulator.url, 'SUB1')).toHaveLength(1)
})

test('any number of answered challenges leads to few questions to Fatture in Cloud', async () => {
  const { createKeeper, emulator, sink } = await startWorld()
  const api = createFicApi({ apiBase: emulator.url, token: 'a/any', company, log: silentLog() })
  let questions = 0
  sink.answers = false
  const keeper = createKeeper({
    api: {
      ...api,
      get: (id) => {
        questions += 1
        // A stranger goes on sending challenges meanwhile.
        keeper.challengeAnswered()
        return api.get(id)
      },
    },
    timing: { pollsMs: [10, 10], lookAgainMs: hour },
  })
  await keeper.start()

  // The first poll, and three after the first answer in place of the second.
  expect(questions).toBe(4)
})

test('a challenge that comes through late is noticed without a further attempt', async () => {
  const { createKeeper, emulator, challenges } = await startWorld()
  emulator.faults.set({ slowMs: minute })
  const keeper = createKeeper({ timing: impatient })
  await keeper.start()
  expect(keeper.status()).toMatchObject({ state: 'unverified', budget: { used: 1 } })

  await emulator.clock.advance(minute)
  await keeper.check()
  expect(keeper.status()).toMatchObject({ state: 'verified', budget: { used: 0 } })
  expect(challenges()).toBe(1)
})

test('unverified, it looks again by itself', async () => {
  const { createKeeper, emulator } = await startWorld()
  emulator.faults.set({ slowMs: minute })
  const keeper = createKeeper({ timing: { pollsMs: [10], lookAgainMs: 50 } })
  await keeper.start()
  const verified = new Promise<void>((resolve) => {
    keeper.onChange(({ state }) => state === 'verified' && resolve())
  })
  await emulator.clock.advance(minute)
  await verified
  expect(keeper.status().id).toBe('SUB1')
})

test('a subscription that Fatture in Cloud has deleted is made again', async () => {
  const { createKeeper, emulator } = await startWorld()
  const keeper = createKeeper()
  await keeper.start()
  await createFicApi({ apiBase: emulator.url, token: 'a/anybody', company, log: silentLog() }).remove('SUB1')
  await keeper.check()

  expect(keeper.status()).toMatchObject({ state: 'verified', id: 'SUB2' })
})

test('after a reset of the emulator the old attempts do not count for the same id', async () => {
  const { createKeeper, emulator, sink, records } = await startWorld()
  sink.answers = false
  const keeper = createKeeper({ timing: impatient })
  await keeper.start()
  await keeper.close()
  records.recordAttempt(emulator.url, {
    at: emulator.clock.now().toISOString(),
    subscriptionId: 'SUB2',
    cause: 'verify',
    outcome: 'failed',
    detail: null,
  })
  await emulator.reset()
  sink.answers = true

  const next = createKeeper()
  await next.start()
  expect(next.status()).toMatchObject({ state: 'verified', id: 'SUB2' })
  expect(records.attempts(emulator.url, 'SUB2')).toHaveLength(1)
})

test('types configured otherwise are changed in place', async () => {
  const { createKeeper, challenges } = await startWorld()
  await createKeeper().start()
  const next = createKeeper({
    wanted: { types: ['entities.all.delete'], mapping: 'structured', verificationMethod: 'header' },
  })
  await next.start()

  expect(next.status()).toMatchObject({
    state: 'verified',
    id: 'SUB1',
    types: [`${prefix}entities.clients.delete`, `${prefix}entities.suppliers.delete`],
  })
  expect(challenges()).toBe(1)
})

test('an unknown type is a warning; the others are subscribed to, and no start asks again', async () => {
  const { createKeeper, observed } = await startWorld()
  const wanted = {
    types: ['receipts.create', 'made.up'],
    mapping: 'binary',
    verificationMethod: 'header',
  } as const
  const keeper = createKeeper({ wanted: { ...wanted, types: [...wanted.types] } })
  await keeper.start()

  expect(keeper.status()).toMatchObject({
    state: 'verified',
    types: [`${prefix}receipts.create`],
    warnings: [
      'fic-dev does not know the event type made.up; it is requested anyway.',
      `The '${prefix}made.up' event does not exist: fic-dev does not know it either; is it spelled right? fic-dev types lists them.`,
    ],
  })
  const before = await observed()
  const next = createKeeper({ wanted: { ...wanted, types: [...wanted.types] } })
  await next.start()
  expect(next.status().warnings).toContain('Fatture in Cloud left out made.up when it was last asked.')
  expect(await observed()).toStrictEqual(before)
})

test('a daemon that was killed right after asking leaves an attempt that counts', async () => {
  const { createKeeper, emulator, sink, records, challenges } = await startWorld()
  sink.answers = false
  const keeper = createKeeper({ timing: impatient })
  await keeper.start()
  await emulator.clock.advance(10 * minute)
  records.recordAttempt(emulator.url, {
    at: emulator.clock.now().toISOString(),
    subscriptionId: 'SUB1',
    cause: 'verify',
    outcome: 'unknown',
    detail: null,
  })
  await emulator.clock.advance(2 * minute)
  const next = createKeeper({ timing: impatient })
  await next.start()

  expect(next.status()).toMatchObject({ state: 'unverified', budget: { used: 2 } })
  expect(records.attempts(emulator.url, 'SUB1').at(-1)).toMatchObject({ outcome: 'failed' })
  expect(challenges()).toBe(1)
})

test('a URL that changes while a challenge is out ends the waiting', async () => {
  const { createKeeper, sink, emulator } = await startWorld()
  sink.answers = false
  const elsewhere = await startAnsweringSink()
  let url = sink.url
  // Without the early end this would wait for an hour.
  const keeper = createKeeper({
    sinkUrl: () => url,
    timing: { pollsMs: [10, 20, ...Array<number>(3600).fill(1000)] },
  })
  const started = keeper.start()
  await new Promise<void>((resolve) => {
    keeper.onChange(({ detail }) => detail?.startsWith('create') && resolve())
  })
  url = elsewhere.url
  void keeper.check()
  await started
  expect(keeper.status()).toMatchObject({ state: 'unverified', sink: sink.url, budget: { used: 1 } })

  await emulator.clock.advance(10 * minute)
  await keeper.check()
  expect(keeper.status()).toMatchObject({ state: 'verified', sink: elsewhere.url })
})

test('closing while a challenge is out does not wait for it', async () => {
  const { createKeeper, sink, observed } = await startWorld()
  sink.answers = false
  const keeper = createKeeper({ onExit: 'delete', timing: { pollsMs: [10, 3_600_000] } })
  const started = keeper.start()
  await new Promise<void>((resolve) => {
    keeper.onChange(({ detail }) => detail?.startsWith('create') && resolve())
  })
  await keeper.close()
  await started
  expect(await observed()).toStrictEqual([])
})
