/** What a person may do with subscriptions by hand, and what is in the way. */

import { expect, test } from 'vitest'
import { createFicApi } from '../../src/fic/api.ts'
import { silentLog } from '../../src/log.ts'
import { createSubscriptionsByHand, type ByHandOptions } from '../../src/subscription/by-hand.ts'
import { company, startAnsweringSink, startWorld, type World } from './world.ts'

const prefix = 'it.fattureincloud.webhooks.'

function byHand(world: World, changes: Partial<ByHandOptions> = {}, token = 'a/any') {
  return createSubscriptionsByHand({
    api: createFicApi({ apiBase: world.emulator.url, token, company, log: silentLog() }),
    records: world.records,
    apiBase: world.emulator.url,
    company,
    verificationMethod: 'header',
    ourSink: world.sink.url,
    probe: () => Promise.resolve({ outcome: 'ok' }),
    log: silentLog(),
    now: world.emulator.clock.now,
    pollsMs: [20, 50, 100, 200],
    ...changes,
  })
}

async function addProduction(world: World) {
  const production = await startAnsweringSink('/webhooks')
  await world.emulator.subscribe({ sink: production.url, types: ['receipts.create'], company })
  return production
}

test('one that was made for our sink is ours, verified and counted', async () => {
  const world = await startWorld()
  const { subscription, warnings } = await byHand(world).create({
    sink: world.sink.url,
    types: ['taxes.create', 'unheard.of'],
  })
  expect(subscription).toMatchObject({
    id: 'SUB1',
    verified: true,
    types: [`${prefix}taxes.create`],
    origin: 'made',
    attempts: [{ cause: 'create', outcome: 'verified' }],
  })
  expect(warnings.join(' ')).toContain('unheard.of')
  expect(world.records.own(world.emulator.url, company)?.id).toBe('SUB1')
})

test('one for another receiver is of this project, and not kept by the next daemon', async () => {
  const world = await startWorld()
  const other = await startAnsweringSink('/other')
  const { subscription } = await byHand(world).create({ sink: other.url, types: ['taxes.create'] })
  expect(subscription).toMatchObject({ verified: true, origin: 'made' })
  expect(world.records.all(world.emulator.url, company)).toEqual([])
  world.reopenRecords()
  expect(await byHand(world).list()).toMatchObject([{ id: 'SUB1', origin: 'made' }])
  const keeper = world.createKeeper({ onExit: 'delete' })
  await keeper.start()
  expect(keeper.status()).toMatchObject({
    state: 'verified',
    id: 'SUB2',
    types: [`${prefix}receipts.create`],
  })
  await keeper.close()
  expect(await world.observed()).toMatchObject([{ id: 'SUB1', sink: other.url }])
  // Without a yes: there is no other project to be asked about.
  await byHand(world).update('SUB1', { types: ['products.create'] })
  await byHand(world).remove('SUB1', {})
  expect(await world.observed()).toEqual([])
})

test('what is not ours stays byte for byte unless it is meant', async () => {
  const world = await startWorld()
  const production = await addProduction(world)
  const before = JSON.stringify(await world.observed())
  const attempts = [
    byHand(world).remove('SUB1', {}),
    byHand(world).update('SUB1', { types: ['taxes.create'] }),
    byHand(world).update('SUB1', { sink: world.sink.url }),
  ]
  for (const attempt of attempts) {
    await expect(attempt).rejects.toMatchObject({
      code: 'FIC_DEV_E_NOT_OURS',
      message: expect.stringContaining(production.url),
    })
  }
  await byHand(world).list()
  await byHand(world).restore()
  expect(JSON.stringify(await world.observed())).toBe(before)

  await byHand(world).remove('SUB1', { anothers: true })
  expect(await world.observed()).toEqual([])
})

test('what was only named may be verified and updated, but not deleted without a word', async () => {
  const world = await startWorld()
  await addProduction(world)
  await world.createKeeper({ subscriptionId: 'SUB1', onExit: 'keep' }).start()
  await byHand(world).update('SUB1', { mapping: 'structured' })
  expect(await world.observed()).toMatchObject([{ config: { mapping: 'structured' } }])
  await expect(byHand(world).remove('SUB1', {})).rejects.toMatchObject({ code: 'FIC_DEV_E_NOT_OURS' })
})

test('no verification is asked for when our sink cannot be reached, or when it is verified already', async () => {
  const world = await startWorld()
  const probe = () => Promise.resolve({ outcome: 'failed', reason: 'nobody answers' } as const)
  await expect(byHand(world, { probe }).create({ sink: world.sink.url })).rejects.toMatchObject({
    code: 'FIC_DEV_E_PROBE_FAILED',
  })
  expect(await world.observed()).toEqual([])

  await byHand(world).create({ sink: world.sink.url, types: ['taxes.create'] })
  expect(world.challenges()).toBe(1)
  await byHand(world, { probe }).verify('SUB1', {})
  expect(world.challenges()).toBe(1)
})

test('the budget holds by hand too: one in ten minutes, and never a sixth', async () => {
  const world = await startWorld()
  world.sink.answers = false
  const { subscription } = await byHand(world).create({ sink: world.sink.url, types: ['taxes.create'] })
  expect(subscription).toMatchObject({ verified: false, budget: { used: 1, limit: 5 } })

  await expect(byHand(world).verify('SUB1', {})).rejects.toMatchObject({
    code: 'FIC_DEV_E_SUBSCRIPTION_BUDGET',
    message: expect.stringMatching(/1 of 5 used, next possible at \d\d:\d\d/),
  })
  for (const used of [2, 3, 4, 5]) {
    await world.emulator.clock.advance(10 * 60_000 + 1)
    await expect(byHand(world).verify('SUB1', {})).rejects.toMatchObject({
      code: 'FIC_DEV_E_SUBSCRIPTION_FAILED',
      message: expect.stringContaining(`${used} of 5 used`),
    })
  }
  await world.emulator.clock.advance(60 * 60_000)
  await expect(byHand(world).verify('SUB1', {})).rejects.toMatchObject({
    code: 'FIC_DEV_E_SUBSCRIPTION_BUDGET',
    message: 'Verifications of SUB1: 5 of 5 used. None is left.',
  })
  expect(world.challenges()).toBe(5)
})

test('a sink that moves spends an attempt, other changes do not', async () => {
  const world = await startWorld()
  await byHand(world).create({ sink: world.sink.url, types: ['taxes.create'] })
  const other = await startAnsweringSink('/elsewhere')
  await byHand(world).update('SUB1', { mapping: 'structured', types: ['receipts.create'] })
  expect(world.challenges()).toBe(1)
  const { subscription } = await byHand(world).update('SUB1', { sink: other.url })
  expect(subscription).toMatchObject({ sink: other.url, verified: true, types: [`${prefix}receipts.create`] })
  expect(world.challenges()).toBe(2)
})

test('an id that is not there is told with those that are', async () => {
  const world = await startWorld()
  await addProduction(world)
  await expect(byHand(world).show('SUB9')).rejects.toMatchObject({
    code: 'FIC_DEV_E_NOT_FOUND',
    hint: 'There are: SUB1.',
  })
})

test('without a sink there is nothing to make here', async () => {
  const world = await startWorld()
  await expect(byHand(world).create({})).rejects.toMatchObject({ code: 'FIC_DEV_E_NO_DAEMON' })
})

test('missing scopes are told with the types to leave out', async () => {
  const world = await startWorld()
  const attempt = byHand(world, {}, 'scopes:taxes').create({
    sink: world.sink.url,
    types: ['taxes.create', 'receipts.create'],
  })
  await expect(attempt).rejects.toMatchObject({
    code: 'FIC_DEV_E_PERMISSION',
    hint: expect.stringContaining('receipts.create'),
  })
})
