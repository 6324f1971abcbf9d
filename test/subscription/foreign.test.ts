/** What happens to subscriptions that are somebody else's. */

import { expect, test } from 'vitest'
import { createFicApi } from '../../src/fic-api/client.ts'
import { silentLog } from '../../src/log.ts'
import { company, createService, startAnsweringSink, startWorld, type TestSink, type World } from './world.ts'

const prefix = 'it.fattureincloud.webhooks.'
const wanted = {
  types: ['receipts.create', 'taxes.create'],
  mapping: 'binary',
  verificationMethod: 'header',
} as const

function want(types: readonly string[] = wanted.types) {
  return { wanted: { ...wanted, types: [...types] } }
}

/** The production subscription of the same app, SUB1, on a receiver of its own. */
async function addProduction(world: World, types: string[]): Promise<TestSink> {
  const production = await startAnsweringSink('/webhooks')
  const made = await world.emulator.subscribe({ sink: production.url, types, company, mapping: 'structured' })
  expect(made).toMatchObject({ id: 'SUB1', verified: true })
  return production
}

function api(world: World) {
  return createFicApi({ apiBase: world.emulator.url, token: 'a/any', company, log: silentLog() })
}

test('what somebody else holds is told with id and sink, the rest is subscribed to, theirs stays', async () => {
  const world = await startWorld()
  const production = await addProduction(world, ['receipts.create', 'products.create'])
  const [before] = (await world.observed()) as unknown[]
  const keeper = world.createKeeper()
  await keeper.start()

  expect(keeper.status()).toMatchObject({
    state: 'verified',
    id: 'SUB2',
    types: [`${prefix}taxes.create`],
    taken: [{ type: `${prefix}receipts.create`, subscriptionId: 'SUB1', sink: production.url }],
    warnings: [`SUB1 (${production.url}) already holds 1 event type that is wanted here.`],
  })
  const [after] = (await world.observed()) as unknown[]
  expect(after).toStrictEqual(before)
})

test('when everything is held by somebody else it stops, and says what can be done', async () => {
  const world = await startWorld()
  await addProduction(world, ['receipts.create', 'taxes.create'])
  const before = await world.observed()
  const keeper = world.createKeeper()
  await keeper.start()

  expect(keeper.status()).toMatchObject({
    state: 'failed',
    taken: [{ subscriptionId: 'SUB1' }, { subscriptionId: 'SUB1' }],
    detail: 'All wanted event types are held by SUB1 of the same app.',
    hint: expect.stringMatching(/--take-over SUB1.*development app/),
  })
  expect(await world.observed()).toStrictEqual(before)
})

test('every way to leave spares what was not made here', async () => {
  const world = await startWorld()
  await addProduction(world, ['receipts.create'])
  const [before] = (await world.observed()) as unknown[]
  for (const onExit of ['keep', 'restore', 'delete'] as const) {
    const keeper = world.createKeeper({ onExit })
    await keeper.start()
    await keeper.close()
    const [after] = (await world.observed()) as unknown[]
    expect(after).toStrictEqual(before)
  }
})

test('--take-over moves the sink and nothing else, and the exit gives it back', async () => {
  const world = await startWorld()
  await addProduction(world, ['receipts.create', 'products.create'])
  const before = await world.observed()
  const keeper = world.createKeeper({ takeOver: 'SUB1', onExit: 'restore' })
  await keeper.start()

  expect(keeper.status()).toMatchObject({
    state: 'verified',
    id: 'SUB1',
    sink: world.sink.url,
    types: [`${prefix}receipts.create`, `${prefix}products.create`],
    warnings: ['SUB1 does not hold taxes.create; a take-over changes nothing but the sink.'],
  })
  expect(await world.observed()).toMatchObject([{ id: 'SUB1', config: { mapping: 'structured' } }])

  await keeper.close()
  expect(keeper.left()).toEqual([
    { id: 'SUB1', sink: expect.stringContaining('/webhooks'), outcome: 'moved' },
  ])
  await world.emulator.clock.advance(0)
  expect(await world.observed()).toStrictEqual(before)
  expect(world.records.all(world.emulator.url, company)).toStrictEqual([])
})

test('after a take-over and a kill, the old sink can be put back from the store alone', async () => {
  const world = await startWorld()
  const production = await addProduction(world, ['receipts.create'])
  const before = await world.observed()
  // This one is never asked to close before the check, as after kill -9.
  await world.createKeeper({ takeOver: 'SUB1', onExit: 'keep' }).start()
  world.reopenRecords()

  expect(await createService(world).restore()).toStrictEqual([
    { id: 'SUB1', sink: production.url, outcome: 'moved' },
  ])
  await world.emulator.clock.advance(0)
  expect(await world.observed()).toStrictEqual(before)
  expect(await createService(world).restore()).toStrictEqual([])
})

test('the daemon after a kill goes on with the take-over, says so, and gives it back', async () => {
  const world = await startWorld()
  const production = await addProduction(world, ['receipts.create'])
  const before = await world.observed()
  await world.createKeeper({ takeOver: 'SUB1', onExit: 'keep' }).start()
  world.reopenRecords()

  const next = world.createKeeper({ onExit: 'restore', ...want(['receipts.create']) })
  await next.start()
  expect(next.status()).toMatchObject({
    state: 'verified',
    id: 'SUB1',
    warnings: [
      `SUB1 is still taken over from ${production.url}; fic-dev subscriptions restore gives it back.`,
    ],
  })
  await next.close()
  await world.emulator.clock.advance(0)
  expect(await world.observed()).toStrictEqual(before)
})

test('a take-over whose probe fails changes nothing and writes nothing down', async () => {
  const world = await startWorld()
  await addProduction(world, ['receipts.create'])
  const before = await world.observed()
  const keeper = world.createKeeper({
    takeOver: 'SUB1',
    onExit: 'restore',
    probe: () => Promise.resolve({ outcome: 'failed', reason: 'nobody there' }),
  })
  await keeper.start()

  expect(keeper.status().state).toBe('failed')
  expect(world.records.all(world.emulator.url, company)).toStrictEqual([])
  await keeper.close()
  expect(await world.observed()).toStrictEqual(before)
})

test('what somebody moved elsewhere meanwhile is not moved back', async () => {
  const world = await startWorld()
  const production = await addProduction(world, ['receipts.create'])
  const third = await startAnsweringSink('/third')
  const keeper = world.createKeeper({ takeOver: 'SUB1', onExit: 'restore' })
  await keeper.start()
  await api(world).modify('SUB1', { sink: third.url })

  expect(await createService(world).restore()).toStrictEqual([
    { id: 'SUB1', sink: production.url, outcome: 'elsewhere' },
  ])
  expect(await world.observed()).toMatchObject([{ sink: third.url }])
})

/** Another program of the same app that takes SUB1 over, and restores it. */
async function takeOver(world: World) {
  const elsewhere = await startAnsweringSink('/elsewhere')
  const move = async (sink: string) => {
    await api(world).modify('SUB1', { sink, verificationMethod: 'header' })
    await world.emulator.clock.advance(0)
  }
  await move(elsewhere.url)
  return { elsewhere, restore: () => move(world.sink.url) }
}

test('a take-over by another program is noticed soon, told, and not fought over; after it all is as before', async () => {
  const world = await startWorld()
  const keeper = world.createKeeper({ onExit: 'delete', timing: { watchMs: 30, lookAgainMs: 30 } })
  await keeper.start()
  const { elsewhere, restore } = await takeOver(world)

  await expect.poll(() => keeper.status().state).toBe('failed')
  expect(keeper.failure()).toMatchObject({
    code: 'FIC_DEV_E_SUBSCRIPTION_FAILED',
    message: `SUB1 was moved to ${elsewhere.url} while fic-dev ran. Notifications go there.`,
  })
  expect(await world.observed()).toMatchObject([{ id: 'SUB1', sink: elsewhere.url }])
  expect(world.records.attempts(world.emulator.url, 'SUB1')).toHaveLength(1)
  await restore()
  // A look between the move and its challenge is refused a verification for ten minutes: the challenge makes the daemon
  // look again.
  await keeper.check()
  await expect.poll(() => keeper.status().state).toBe('verified')
})

test('one that another program has taken over is not deleted on exit', async () => {
  const world = await startWorld()
  const keeper = world.createKeeper({ onExit: 'delete' })
  await keeper.start()
  const { elsewhere } = await takeOver(world)
  await keeper.close()

  expect(await world.observed()).toMatchObject([{ id: 'SUB1', sink: elsewhere.url }])
  expect(keeper.left()).toEqual([{ id: 'SUB1', sink: world.sink.url, outcome: 'elsewhere' }])
})

test('by hand, what another program has taken over is moved here', async () => {
  const world = await startWorld()
  const keeper = world.createKeeper()
  await keeper.start()
  await takeOver(world)
  await keeper.check()
  expect(keeper.status().state).toBe('failed')
  await keeper.verify()
  expect(await world.observed()).toMatchObject([{ id: 'SUB1', sink: world.sink.url, verified: true }])
})

test('--subscription keeps one that was made elsewhere, and never deletes it', async () => {
  const world = await startWorld()
  await addProduction(world, ['receipts.create', 'taxes.create'])
  const keeper = world.createKeeper({ subscriptionId: 'SUB1', onExit: 'delete' })
  await keeper.start()
  expect(keeper.status()).toMatchObject({ state: 'verified', id: 'SUB1', sink: world.sink.url, taken: [] })

  await keeper.close()
  expect(await world.observed()).toMatchObject([{ id: 'SUB1', sink: world.sink.url }])
})

test('--subscription with an id that is not there says which are', async () => {
  const world = await startWorld()
  const production = await addProduction(world, ['receipts.create'])
  const keeper = world.createKeeper({ subscriptionId: 'SUB77' })
  await keeper.start()

  expect(keeper.failure()).toMatchObject({
    message: 'SUB77 is not among the subscriptions of this company and app.',
    hint: `There are: SUB1 (${production.url}).`,
  })
})

test('on exit one of our own is deleted, or kept, as was asked', async () => {
  const world = await startWorld()
  const keeper = world.createKeeper({ onExit: 'keep' })
  await keeper.start()
  await keeper.close()
  expect(await world.observed()).toHaveLength(1)

  const next = world.createKeeper({ onExit: 'delete' })
  await next.start()
  await next.close()
  expect(await world.observed()).toStrictEqual([])
  expect(world.records.all(world.emulator.url, company)).toStrictEqual([])
})
