/** What the commands may do with subscriptions, and what is in the way. */

import { describe, expect, test } from 'vitest'
import { company, createService, startAnsweringSink, startWorld, type World } from './world.ts'

const prefix = 'it.fattureincloud.webhooks.'

async function addProduction(world: World) {
  const production = await startAnsweringSink('/webhooks')
  await world.emulator.subscribe({ sink: production.url, types: ['receipts.create'], company })
  return production
}

test('one that was made for our sink is ours, verified and counted', async () => {
  const world = await startWorld()
  const { subscription, warnings } = await createService(world).create({
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
  const { subscription } = await createService(world).create({ sink: other.url, types: ['taxes.create'] })
  expect(subscription).toMatchObject({ verified: true, origin: 'made' })
  expect(world.records.all(world.emulator.url, company)).toEqual([])
  world.reopenRecords()
  expect(await createService(world).list()).toMatchObject([{ id: 'SUB1', origin: 'made' }])
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
  await createService(world).update('SUB1', { types: ['products.create'] })
  await createService(world).remove('SUB1', {})
  expect(await world.observed()).toEqual([])
})

test('what is not ours stays byte for byte unless it is meant', async () => {
  const world = await startWorld()
  const production = await addProduction(world)
  const before = JSON.stringify(await world.observed())
  const attempts = [
    createService(world).remove('SUB1', {}),
    createService(world).update('SUB1', { types: ['taxes.create'] }),
    createService(world).update('SUB1', { sink: world.sink.url }),
  ]
  for (const attempt of attempts) {
    await expect(attempt).rejects.toMatchObject({
      code: 'FIC_DEV_E_NOT_OURS',
      message: expect.stringContaining(production.url),
    })
  }
  await createService(world).list()
  await createService(world).restore()
  expect(JSON.stringify(await world.observed())).toBe(before)

  await createService(world).remove('SUB1', { anothers: true })
  expect(await world.observed()).toEqual([])
})

test('what was only named may be verified and updated, but not deleted without a word', async () => {
  const world = await startWorld()
  await addProduction(world)
  await world.createKeeper({ subscriptionId: 'SUB1', onExit: 'keep' }).start()
  await createService(world).update('SUB1', { mapping: 'structured' })
  expect(await world.observed()).toMatchObject([{ config: { mapping: 'structured' } }])
  await expect(createService(world).remove('SUB1', {})).rejects.toMatchObject({ code: 'FIC_DEV_E_NOT_OURS' })
})

test('no verification is asked for when our sink cannot be reached, or when it is verified already', async () => {
  const world = await startWorld()
  const probe = () => Promise.resolve({ outcome: 'failed', reason: 'nobody answers' } as const)
  await expect(createService(world, { probe }).create({ sink: world.sink.url })).rejects.toMatchObject({
    code: 'FIC_DEV_E_PROBE_FAILED',
  })
  expect(await world.observed()).toEqual([])

  await createService(world).create({ sink: world.sink.url, types: ['taxes.create'] })
  expect(world.challenges()).toBe(1)
  await createService(world, { probe }).verify('SUB1', {})
  expect(world.challenges()).toBe(1)
})

test('the budget holds by hand too: one in ten minutes, and never a sixth', async () => {
  const world = await startWorld()
  world.sink.answers = false
  const { subscription } = await createService(world).create({
    sink: world.sink.url,
    types: ['taxes.create'],
  })
  expect(subscription).toMatchObject({ verified: false, budget: { used: 1, limit: 5 } })

  await expect(createService(world).verify('SUB1', {})).rejects.toMatchObject({
    code: 'FIC_DEV_E_SUBSCRIPTION_BUDGET',
    message: expect.stringMatching(/1 of 5 used, next possible at \d\d:\d\d/),
  })
  for (const used of [2, 3, 4, 5]) {
    await world.emulator.clock.advance(10 * 60_000 + 1)
    await expect(createService(world).verify('SUB1', {})).rejects.toMatchObject({
      code: 'FIC_DEV_E_SUBSCRIPTION_FAILED',
      message: expect.stringContaining(`${used} of 5 used`),
    })
  }
  await world.emulator.clock.advance(60 * 60_000)
  await expect(createService(world).verify('SUB1', {})).rejects.toMatchObject({
    code: 'FIC_DEV_E_SUBSCRIPTION_BUDGET',
    message: 'Verifications of SUB1: 5 of 5 used. None is left.',
  })
  expect(world.challenges()).toBe(5)
})

test('a sink that moves spends an attempt, other changes do not', async () => {
  const world = await startWorld()
  await createService(world).create({ sink: world.sink.url, types: ['taxes.create'] })
  const other = await startAnsweringSink('/elsewhere')
  await createService(world).update('SUB1', { mapping: 'structured', types: ['receipts.create'] })
  expect(world.challenges()).toBe(1)
  const { subscription } = await createService(world).update('SUB1', { sink: other.url })
  expect(subscription).toMatchObject({ sink: other.url, verified: true, types: [`${prefix}receipts.create`] })
  expect(world.challenges()).toBe(2)
})

test('an id that is not there is told with those that are', async () => {
  const world = await startWorld()
  await addProduction(world)
  await expect(createService(world).show('SUB9')).rejects.toMatchObject({
    code: 'FIC_DEV_E_NOT_FOUND',
    hint: 'There are: SUB1.',
  })
})

test('without a sink there is nothing to make here', async () => {
  const world = await startWorld()
  await expect(createService(world).create({})).rejects.toMatchObject({ code: 'FIC_DEV_E_NO_DAEMON' })
})

test('missing scopes are told with the types to leave out', async () => {
  const world = await startWorld()
  const attempt = createService(world, {}, 'scopes:taxes').create({
    sink: world.sink.url,
    types: ['taxes.create', 'receipts.create'],
  })
  await expect(attempt).rejects.toMatchObject({
    code: 'FIC_DEV_E_PERMISSION',
    hint: expect.stringContaining('receipts.create'),
  })
})

describe('beside a keeper', () => {
  /** With pauses of an hour, nothing but an answer or the end goes on. */
  async function startKept() {
    const world = await startWorld()
    const keeper = world.createKeeper({ timing: { pollsMs: [3_600_000] } })
    const other = await startAnsweringSink('/other')
    for (const sink of [world.sink, other]) sink.onAnswered = keeper.challengeAnswered
    await keeper.start()
    const service = createService(world, { keeper })
    const create = () => service.create({ sink: other.url, types: ['products.create'] })
    return { world, keeper, other, service, create }
  }

  test('an answered challenge ends the wait of a command', async () => {
    const { service, create } = await startKept()
    expect(await create()).toMatchObject({ subscription: { id: 'SUB2', verified: true, kept: false } })
    expect(await service.list()).toMatchObject([
      { id: 'SUB1', kept: true },
      { id: 'SUB2', kept: false },
    ])
  })

  test('the end of the keeper does not wait for the challenge of a command', async () => {
    const { world, keeper, other, create } = await startKept()
    other.answers = false
    const created = create()
    const attempts = () => world.records.attempts(world.emulator.url, 'SUB2')
    await expect.poll(attempts).toHaveLength(1)
    await keeper.close()
    expect(await created).toMatchObject({ subscription: { verified: false } })
    expect(attempts()).toMatchObject([{ cause: 'create', outcome: 'unknown' }])
  })
})
