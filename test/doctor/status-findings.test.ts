import { expect, test } from 'vitest'
import type {
  ClockStatus,
  ShareStatus,
  SinkCounts,
  StoreStatus,
  SubscriptionStatus,
  TargetStatus,
  TunnelStatus,
} from '../../src/contract/status.ts'
import { toFindings, toFindingsKey, type FindingFacts } from '../../src/doctor/findings.ts'

const since = '2026-11-23T09:12:01.000Z'

const tunnel: TunnelStatus = {
  provider: 'localtunnel',
  state: 'up',
  publicUrl: 'https://a.example',
  detail: null,
  since,
  history: [],
}

const subscription: SubscriptionStatus = {
  state: 'verified',
  id: 'SUB1',
  sink: 'https://a.example/x',
  types: [],
  taken: [],
  warnings: [],
  budget: { used: 4, limit: 5, nextPossibleAt: null },
  detail: 'SUB1 is verified and holds 0 event types.',
  hint: null,
}

const target: TargetStatus = {
  url: 'http://localhost:3000/',
  health: 'healthy',
  since,
  detail: null,
  cause: null,
  lastVerdict: 'delivered',
  lastStatus: 200,
  waiting: 0,
  paused: false,
}

const refused = {
  code: 'refused',
  tone: 'failure',
  what: 'No connection to http://localhost:3000/: connection refused.',
  why: 'No program listens there.',
  todo: 'Is your app running, and on this port?',
} as const

const share: ShareStatus = {
  role: 'hub',
  url: 'nats://nats.example.com:4222',
  state: 'connected',
  since,
  detail: null,
  hint: null,
  lag: 3,
  name: null,
  hubSink: null,
  followers: [],
}

const sink: SinkCounts = {
  captured: 9,
  notFound: 1,
  wrongMethod: 1,
  tooLarge: 1,
  rateLimited: 1,
  failed: 0,
}

const store: StoreStatus = { state: 'ok', since, detail: null, hint: null }

const well: FindingFacts = { store, tunnel, subscription, targets: [target], share, sink, clock: null }

const withStore = (changes: Partial<StoreStatus>) => ({ store: { ...store, ...changes } })
const withTunnel = (changes: Partial<TunnelStatus>) => ({ tunnel: { ...tunnel, ...changes } })
const withSubscription = (changes: Partial<SubscriptionStatus>) => ({
  subscription: { ...subscription, ...changes },
})
const withTarget = (changes: Partial<TargetStatus>) => ({ targets: [{ ...target, ...changes }] })
const withShare = (changes: Partial<ShareStatus>) => ({ share: { ...share, ...changes } })
const withClock = (behindMs: number): { clock: ClockStatus } => ({ clock: { behindMs, noticedAt: since } })

const taken = [
  { type: 'a.create', subscriptionId: 'SUB8', sink: 'https://b.example' },
  { type: 'b.create', subscriptionId: 'SUB9', sink: 'https://c.example' },
  { type: 'c.create', subscriptionId: 'SUB9', sink: 'https://c.example' },
]

test.each<[facts: string, changes: Partial<FindingFacts>]>([
  ['everything is well', {}],
  ['the parts have not started', { tunnel: null, subscription: null, targets: [], share: null, sink: null }],
  ['the tunnel is starting', withTunnel({ state: 'starting' })],
  ['the subscription is being verified', withSubscription({ state: 'working', budget: null })],
  ['fic-dev keeps no subscription', withSubscription({ state: 'unmanaged', detail: 'It was deleted.' })],
  ['nothing was sent to the target', withTarget({ health: 'unknown', lastVerdict: null, lastStatus: null })],
  ['the team is being connected', withShare({ state: 'connecting', detail: 'x' })],
])('there is no finding if %s', (_facts, changes) => {
  expect(toFindings({ ...well, ...changes })).toEqual([])
})

test.each<[code: string, part: string, tone: string, changes: Partial<FindingFacts>, says: string]>([
  ['store-failed', 'store', 'failure', withStore({ state: 'failed', detail: 'It is gone.' }), 'It is gone.'],
  [
    'store-restored',
    'store',
    'warning',
    withStore({ state: 'restored', detail: 'It is back.', hint: 'Use clear.' }),
    'Use clear.',
  ],
  ['tunnel-suspect', 'tunnel', 'warning', withTunnel({ state: 'suspect' }), 'localtunnel'],
  [
    'tunnel-down',
    'tunnel',
    'failure',
    withTunnel({ state: 'down', detail: 'It timed out.' }),
    'It timed out.',
  ],
  ['tunnel-unknown', 'tunnel', 'warning', withTunnel({ state: 'unknown' }), 'public URL'],
  ['tunnel-name-held', 'tunnel', 'failure', withTunnel({ state: 'held' }), '--subdomain'],
  ['tunnel-stopped', 'tunnel', 'failure', withTunnel({ state: 'stopped' }), 'Restart fic-dev.'],
  [
    'subscription-failed',
    'subscription',
    'failure',
    withSubscription({
      state: 'failed',
      detail: 'The token is refused.',
      hint: 'Create another.',
      budget: null,
    }),
    'There is no working subscription. The token is refused. ',
  ],
  [
    'subscription-unverified',
    'subscription',
    'failure',
    withSubscription({ state: 'unverified', detail: null, budget: null }),
    'fic-dev subscriptions',
  ],
  [
    'subscription-warning',
    'subscription',
    'warning',
    withSubscription({ warnings: ['x is not an event type.'] }),
    'x is not an event type. ',
  ],
  [
    'type-taken',
    'subscription',
    'warning',
    withSubscription({ taken: taken.slice(0, 1) }),
    'SUB8 (https://b.example) of the same app holds a.create.',
  ],
  [
    'refused',
    'deliveries',
    'failure',
    withTarget({ health: 'unreachable', cause: refused, waiting: 4 }),
    `${refused.what} 4 deliveries wait. ${refused.why} `,
  ],
  [
    'target-paused',
    'deliveries',
    'warning',
    withTarget({ paused: true, waiting: 1 }),
    '; one delivery waits.',
  ],
  [
    'target-refused',
    'deliveries',
    'warning',
    withTarget({ lastVerdict: 'subscription-deleted', lastStatus: 410 }),
    'it answered 410. Fatture in Cloud would delete the whole subscription',
  ],
  [
    'share-disconnected',
    'sharing',
    'failure',
    withShare({ state: 'disconnected', detail: 'x refused it', hint: 'Start it.' }),
    'Sharing is disconnected: x refused it. ',
  ],
  [
    'share-disconnected',
    'sharing',
    'failure',
    withShare({ role: 'follower', state: 'disconnected' }),
    'The stream keeps notifications for 7 days.',
  ],
  ['sink-failed', 'sink', 'failure', { sink: { ...sink, failed: 2 } }, '2 notifications were not stored'],
  ['clock-behind', 'clock', 'warning', withClock(120_000), 'The clock is 2 min behind'],
  ['clock-ahead', 'clock', 'warning', withClock(-36_000_000), 'The clock is perhaps 10 h ahead'],
])('%s is found, with why it matters and what to do', (code, part, tone, changes, says) => {
  const findings = toFindings({ ...well, ...changes })

  expect(findings).toMatchObject([{ code, part, tone }])
  const texts = findings.flatMap(({ what, why, todo }) => [what, why, todo])
  expect(texts).not.toContain('')
  expect(texts.join(' ')).toContain(says)
  for (const text of texts) expect(text).toMatch(/^[A-Za-z\d].*[.?]$/)
})

test.each([
  [4, 'budget-low', 'warning'],
  [5, 'budget-exhausted', 'failure'],
])('%d of 5 attempts without a success are found as %s', (used, code, tone) => {
  const budget = { used, limit: 5, nextPossibleAt: null }
  const findings = toFindings({ ...well, ...withSubscription({ state: 'unverified', budget }) })

  expect(findings.map(({ part }) => part)).toEqual(['subscription', 'budget'])
  expect(findings[1]).toMatchObject({ code, tone, what: `${used} of 5 verification attempts are used.` })
})

test('there is one finding for each subscription that holds wanted types, with the command to borrow it', () => {
  const findings = toFindings({ ...well, ...withSubscription({ taken }) })

  expect(findings.map(({ command }) => command)).toEqual([
    'npx fic-dev --take-over SUB8',
    'npx fic-dev --take-over SUB9',
  ])
  expect(findings[1]?.what).toContain('2 of the wanted types')
})

test('the key changes with a finding, and not with the numbers in it', () => {
  const keyOf = (changes: Partial<FindingFacts>) => toFindingsKey({ ...well, ...changes })
  const down = (waiting: number) => withTarget({ health: 'unreachable', cause: refused, waiting })
  const lost = (lag: number) => withShare({ state: 'disconnected', lag })

  expect(keyOf(withTarget({ waiting: 7 }))).toBe(keyOf({}))
  expect(keyOf(down(1))).not.toBe(keyOf({}))
  expect(keyOf(down(1))).toBe(keyOf(down(2)))
  expect(keyOf(lost(1))).toBe(keyOf(lost(2)))
  expect(keyOf({ sink: { ...sink, failed: 1 } })).toBe(keyOf({ sink: { ...sink, failed: 2 } }))
  expect(keyOf(withTunnel({ state: 'down', detail: 'a' }))).not.toBe(
    keyOf(withTunnel({ state: 'down', detail: 'b' })),
  )
})
