import { describe, expect, test } from 'vitest'
import type { VerificationAttempt } from '../../src/contract/status.ts'
import type { Subscription } from '../../src/fic-api/client.ts'
import type { OwnSubscription } from '../../src/store/subscriptions.ts'
import { planSubscription, type Wanted } from '../../src/subscription/plan.ts'
import type { Step } from '../../src/subscription/step.ts'

const prefix = 'it.fattureincloud.webhooks.'
const created = `${prefix}receipts.create`
const deleted = `${prefix}receipts.delete`
const secretPath = '/0123456789abcdef0123456789abcdef'
const sink = `https://now.example${secretPath}`
const oldSink = `https://before.example${secretPath}`
const production = 'https://shop.example/webhooks'
const now = new Date('2026-11-23T10:00:00.000Z')

function want(changes: Partial<Wanted> = {}): Wanted {
  return {
    sink,
    types: { types: [created, deleted], isEverything: false, warnings: [] },
    mapping: 'binary',
    verificationMethod: 'header',
    subscriptionId: null,
    takeOver: null,
    recreate: false,
    wasOurs: false,
    ...changes,
  }
}

function there(id: string, changes: Partial<Subscription> = {}): Subscription {
  return { id, sink, verified: true, types: [created, deleted], mapping: 'binary', ...changes }
}

function recorded(id: string, changes: Partial<OwnSubscription> = {}): OwnSubscription {
  return {
    apiBase: 'https://api.example',
    company: 1,
    id,
    sink,
    createdAt: now,
    origin: 'made',
    takenOverFrom: null,
    askedTypes: [],
    grantedTypes: [],
    ...changes,
  }
}

function failed(subscriptionId: string, ...minutesAgo: number[]): VerificationAttempt[] {
  return minutesAgo.map((minutes) => ({
    at: new Date(now.getTime() - minutes * 60_000).toISOString(),
    subscriptionId,
    cause: 'verify',
    outcome: 'failed',
    detail: null,
  }))
}

/** What a step does, without its words. */
function factsOf({ why: _why, ...facts }: Step): unknown {
  if (facts.do === 'fail') return { do: 'fail', code: facts.code }
  if (facts.do === 'adopt')
    return { do: 'adopt', id: facts.subscription.id, origin: facts.origin, from: facts.takenOverFrom }
  return facts
}

interface Case {
  name: string
  wanted?: Partial<Wanted>
  observed?: Subscription[]
  own?: OwnSubscription[]
  attempts?: VerificationAttempt[]
  steps: unknown[]
}

const createAll = {
  do: 'create',
  request: { sink, types: [created, deleted], mapping: 'binary', verificationMethod: 'header' },
}
const move = (id: string, changes: object = {}) => ({
  do: 'modify',
  id,
  changes: { sink, verificationMethod: 'header', ...changes },
  spends: true,
})
const everything = { types: [created, deleted], isEverything: true, warnings: [] }
const fiveFailures = [50, 40, 30, 20, 15]

const cases: Record<string, Case[]> = {
  'our own': [
    { name: 'none yet: create', steps: [createAll] },
    { name: 'as wanted: nothing', observed: [there('SUB1')], own: [recorded('SUB1')], steps: [] },
    {
      name: 'the same types in another order: nothing',
      observed: [there('SUB1', { types: [deleted, created] })],
      own: [recorded('SUB1')],
      steps: [],
    },
    {
      name: 'another sink: moved',
      observed: [there('SUB1', { sink: oldSink })],
      own: [recorded('SUB1')],
      steps: [move('SUB1')],
    },
    {
      name: 'another sink, mapping and types: all in one call',
      wanted: { mapping: 'structured' },
      observed: [there('SUB1', { sink: oldSink, types: [created] })],
      own: [recorded('SUB1')],
      steps: [move('SUB1', { types: [created, deleted], mapping: 'structured' })],
    },
    {
      name: 'types differ: modified without an attempt',
      observed: [there('SUB1', { types: [created] })],
      own: [recorded('SUB1')],
      steps: [{ do: 'modify', id: 'SUB1', changes: { types: [created, deleted] }, spends: false }],
    },
    {
      name: 'holds more than is wanted: modified',
      observed: [there('SUB1', { types: [created, deleted, `${prefix}taxes.create`] })],
      own: [recorded('SUB1')],
      steps: [{ do: 'modify', id: 'SUB1', changes: { types: [created, deleted] }, spends: false }],
    },
    {
      name: 'everything is wanted and it holds a type that we do not know: nothing',
      wanted: { types: everything },
      observed: [there('SUB1', { types: [created, deleted, `${prefix}new.thing`] })],
      own: [recorded('SUB1')],
      steps: [],
    },
    {
      name: 'what was left out last time is not asked for again',
      observed: [there('SUB1', { types: [created] })],
      own: [recorded('SUB1', { askedTypes: [created, deleted], grantedTypes: [created] })],
      steps: [],
    },
    {
      name: 'what was left out is asked for again when somebody has changed the rest',
      observed: [there('SUB1', { types: [] })],
      own: [recorded('SUB1', { askedTypes: [created, deleted], grantedTypes: [created] })],
      steps: [{ do: 'modify', id: 'SUB1', changes: { types: [created, deleted] }, spends: false }],
    },
    {
      name: 'gone: created again',
      own: [recorded('SUB1')],
      steps: [{ do: 'forget', id: 'SUB1' }, createAll],
    },
    {
      name: 'its record was lost, but it leads to our secret path: adopted and moved',
      observed: [there('SUB7', { sink: oldSink })],
      steps: [{ do: 'adopt', id: 'SUB7', origin: 'made', from: null }, move('SUB7')],
    },
  ],
  'not verified': [
    {
      name: 'never tried: verify',
      observed: [there('SUB1', { verified: false })],
      own: [recorded('SUB1')],
      steps: [{ do: 'verify', id: 'SUB1', method: 'header' }],
    },
    {
      name: 'tried 3 minutes ago: wait 7 more',
      observed: [there('SUB1', { verified: false })],
      own: [recorded('SUB1')],
      attempts: failed('SUB1', 3),
      steps: [{ do: 'wait', until: new Date('2026-11-23T10:07:00.000Z') }],
    },
    {
      name: 'a move waits too, but types are changed meanwhile',
      observed: [there('SUB1', { verified: false, sink: oldSink, types: [created] })],
      own: [recorded('SUB1')],
      attempts: failed('SUB1', 3),
      steps: [
        { do: 'modify', id: 'SUB1', changes: { types: [created, deleted] }, spends: false },
        { do: 'wait', until: new Date('2026-11-23T10:07:00.000Z') },
      ],
    },
    {
      name: 'the attempts of another subscription do not count',
      observed: [there('SUB1', { verified: false })],
      own: [recorded('SUB1')],
      attempts: failed('SUB2', 3),
      steps: [{ do: 'verify', id: 'SUB1', method: 'header' }],
    },
    {
      name: 'five failed: stop',
      observed: [there('SUB1', { verified: false })],
      own: [recorded('SUB1')],
      attempts: failed('SUB1', ...fiveFailures),
      steps: [{ do: 'fail', code: 'SUBSCRIPTION_BUDGET' }],
    },
    {
      name: 'five failed and Fatture in Cloud has dropped it: stop',
      own: [recorded('SUB1')],
      attempts: failed('SUB1', ...fiveFailures),
      steps: [{ do: 'fail', code: 'SUBSCRIPTION_BUDGET' }],
    },
    {
      name: 'five failed, --recreate: a new one in its place',
      wanted: { recreate: true },
      observed: [there('SUB1', { verified: false })],
      own: [recorded('SUB1')],
      attempts: failed('SUB1', ...fiveFailures),
      steps: [{ do: 'remove', id: 'SUB1' }, createAll],
    },
    {
      name: 'five failed and dropped, --recreate: a new one',
      wanted: { recreate: true },
      own: [recorded('SUB1')],
      attempts: failed('SUB1', ...fiveFailures),
      steps: [{ do: 'forget', id: 'SUB1' }, createAll],
    },
    {
      name: 'five failed of one that was only named: not even --recreate removes it',
      wanted: { recreate: true, subscriptionId: 'SUB1' },
      observed: [there('SUB1', { verified: false })],
      own: [recorded('SUB1', { origin: 'named' })],
      attempts: failed('SUB1', ...fiveFailures),
      steps: [{ do: 'fail', code: 'SUBSCRIPTION_BUDGET' }],
    },
    {
      name: 'verified after five failures, as by hand: nothing',
      observed: [there('SUB1')],
      own: [recorded('SUB1')],
      attempts: failed('SUB1', ...fiveFailures),
      steps: [],
    },
  ],
  "somebody else's": [
    {
      name: 'holds a part: the rest is asked for',
      observed: [there('SUB9', { sink: production, types: [deleted] })],
      steps: [{ do: 'report' }, { ...createAll, request: { ...createAll.request, types: [created] } }],
    },
    {
      name: 'holds everything: stop',
      observed: [there('SUB9', { sink: production })],
      steps: [{ do: 'report' }, { do: 'fail', code: 'SUBSCRIPTION_FAILED' }],
    },
    {
      name: 'a short path that happens to be the same proves nothing',
      wanted: { sink: 'https://now.example/webhooks' },
      observed: [there('SUB9', { sink: production })],
      steps: [{ do: 'report' }, { do: 'fail', code: 'SUBSCRIPTION_FAILED' }],
    },
    {
      name: 'unverified and unwanted types: none of our business',
      observed: [there('SUB9', { sink: production, types: [], verified: false })],
      steps: [createAll],
    },
    {
      name: 'taken over: its sink is written down and moved, its types and mapping stay',
      wanted: { takeOver: 'SUB9', mapping: 'structured' },
      observed: [there('SUB9', { sink: production, types: [created] })],
      steps: [
        { do: 'adopt', id: 'SUB9', origin: 'taken-over', from: production },
        { do: 'report' },
        move('SUB9'),
      ],
    },
    {
      name: 'taken over already: nothing, though it must still be given back',
      wanted: { takeOver: 'SUB9' },
      observed: [there('SUB9')],
      own: [recorded('SUB9', { origin: 'taken-over', takenOverFrom: production })],
      steps: [],
    },
    {
      name: 'taken over by a daemon that was killed: kept, and said',
      observed: [there('SUB9', { sink: oldSink })],
      own: [recorded('SUB9', { origin: 'taken-over', takenOverFrom: production })],
      steps: [{ do: 'report' }, move('SUB9')],
    },
    {
      name: 'has its old sink again, or never lost it: not ours without being named',
      observed: [there('SUB9', { sink: production, types: [] })],
      own: [recorded('SUB9', { origin: 'taken-over', takenOverFrom: production })],
      steps: [{ do: 'forget', id: 'SUB9' }, createAll],
    },
    {
      name: 'taken over with one attempt left: that one is for the way back',
      wanted: { takeOver: 'SUB9' },
      observed: [there('SUB9', { sink: production })],
      attempts: failed('SUB9', 50, 40, 30, 20),
      steps: [
        { do: 'adopt', id: 'SUB9', origin: 'taken-over', from: production },
        { do: 'fail', code: 'SUBSCRIPTION_BUDGET' },
      ],
    },
    {
      name: 'named to be taken over, but not there: stop',
      wanted: { takeOver: 'SUB8' },
      observed: [there('SUB9', { sink: production })],
      steps: [{ do: 'fail', code: 'SUBSCRIPTION_FAILED' }],
    },
  ],
  'named with --subscription': [
    {
      name: 'adopted and moved; with no types configured it keeps its own',
      wanted: { subscriptionId: 'SUB9', types: everything },
      observed: [there('SUB9', { sink: production, types: [created] })],
      steps: [{ do: 'adopt', id: 'SUB9', origin: 'named', from: null }, move('SUB9')],
    },
    {
      name: 'adopted, moved and given the configured types',
      wanted: { subscriptionId: 'SUB9' },
      observed: [there('SUB9', { sink: production, types: [created] })],
      steps: [
        { do: 'adopt', id: 'SUB9', origin: 'named', from: null },
        move('SUB9', { types: [created, deleted] }),
      ],
    },
    {
      name: 'another one of this project is told of and left alone',
      wanted: { subscriptionId: 'SUB9', types: everything },
      observed: [there('SUB9', { types: [created] }), there('SUB1', { types: [deleted] })],
      own: [recorded('SUB9', { origin: 'named' }), recorded('SUB1')],
      steps: [{ do: 'report' }, { do: 'report' }],
    },
  ],
}

describe.each(Object.entries(cases))('%s', (_, group) => {
  test.each(group)('$name', ({ wanted, observed = [], own = [], attempts = [], steps }) => {
    const plan = planSubscription(want(wanted), observed, { own, attempts }, now)
    expect(plan.map(factsOf)).toStrictEqual(steps)
    for (const step of plan) expect(step.why).not.toBe('')
  })
})

test('whatever there is, nothing is changed at a subscription that is neither ours nor named', () => {
  const foreign = [
    there('SUB2', { sink: production, verified: false }),
    there('SUB3', { sink: 'https://other.example/x', types: [`${prefix}taxes.create`] }),
  ]
  for (const group of Object.values(cases)) {
    for (const { wanted, observed = [], own = [], attempts = [] } of group) {
      const plan = planSubscription(want(wanted), [...foreign, ...observed], { own, attempts }, now)
      const touched = plan.flatMap((step) => ('id' in step && step.do !== 'forget' ? [step.id] : []))
      expect(touched.filter((id) => ['SUB2', 'SUB3'].includes(id))).toStrictEqual([])
    }
  }
})
