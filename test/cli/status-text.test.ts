import { expect, test } from 'vitest'
import pc from 'picocolors'
import { statusParts, waitedFor, type StatusFacts } from '../../src/cli/terminal/status-text.ts'
import type { Status } from '../../src/contract/status.ts'

const since = '2026-11-25T10:12:01.000Z'
const colors = pc.createColors(false)

type Known = NonNullable<StatusFacts['status']>

const tunnel: NonNullable<Status['tunnel']> = {
  provider: 'localtunnel',
  state: 'up',
  publicUrl: 'https://brave-otter.example',
  detail: null,
  since,
  history: [],
}
const subscription: NonNullable<Status['subscription']> = {
  state: 'verified',
  id: 'SUB230',
  sink: null,
  types: [],
  taken: [],
  warnings: [],
  budget: { used: 1, limit: 5, nextPossibleAt: null },
  detail: null,
  hint: null,
}
const target: Status['targets'][number] = {
  url: 'http://localhost:3000/webhooks',
  health: 'healthy',
  since,
  detail: null,
  cause: null,
  lastVerdict: 'delivered',
  lastStatus: 200,
  waiting: 0,
  paused: false,
}
const share: NonNullable<Status['share']> = {
  role: 'follower',
  url: 'nats://nats.example.com:4222',
  state: 'connected',
  since,
  detail: null,
  hint: null,
  lag: 0,
  name: 'anna',
  hubSink: null,
  followers: [],
}
const counts = { notifications: 9, deliveries: 9, waiting: 0 }

function parts(known: Partial<Known>, facts: Partial<StatusFacts> = {}): string {
  const status = { tunnel, subscription, targets: [target], share: null, counts, ...known }
  const all = { phase: 'ready', waitedMs: 0, received: 3, isPaused: false, ...facts } as const
  return statusParts({ status, ...all }, colors).join(' · ')
}

test('all is well: tunnel, subscription, target, what came, and where the keys are', () => {
  expect(parts({})).toBe('tunnel up · SUB230 verified · target 200 delivered · 3 received · ? keys')
})

test('what is not well stands in its part: a lost tunnel, a spent verification, a target that is away, what waits', () => {
  const nextPossibleAt = new Date(2026, 10, 25, 10, 41).toISOString()
  expect(
    parts({
      tunnel: { ...tunnel, state: 'down' },
      subscription: { ...subscription, state: 'unverified', budget: { used: 2, limit: 5, nextPossibleAt } },
      targets: [{ ...target, health: 'unreachable' }],
      counts: { ...counts, waiting: 7 },
    }),
  ).toBe(
    'tunnel down · SUB230 unverified (2 of 5 used, next possible at 10:41) · target unreachable · 3 received · 7 waiting · ? keys',
  )
})

test('what does not exist has no part: no tunnel on loopback, no subscription without a token', () => {
  const loopback = { ...tunnel, provider: 'none' }
  expect(
    parts({ tunnel: loopback, subscription: { ...subscription, state: 'unmanaged' }, targets: [] }),
  ).toBe('nothing is forwarded · 3 received · ? keys')
})

test('several targets are counted', () => {
  const away = { ...target, url: 'http://localhost:4000/', health: 'unreachable' as const }
  expect(parts({ targets: [target, target] })).toContain('2 targets · ')
  expect(parts({ targets: [target, away] })).toContain('1 of 2 targets unreachable')
})

test('who shares or follows sees the server, and how far behind it is', () => {
  expect(parts({ tunnel: null, subscription: null, share: { ...share, lag: 4 } })).toMatch(
    /^follower connected, 4 behind · /,
  )
  const hub = { ...share, role: 'hub', state: 'disconnected', lag: 2 } as const
  expect(parts({ share: hub })).toContain('hub disconnected, 2 to publish')
})

test('the start says for what it waits and how long, the end that it ends', () => {
  const starting = (known: Partial<Known>) =>
    waitedFor({
      phase: 'starting',
      status: { tunnel: null, subscription: null, targets: [], share: null, counts, ...known },
    })
  expect(waitedFor({ phase: 'starting', status: null })).toBe('starting')
  expect(starting({ share: { ...share, state: 'connecting' } })).toBe('connecting to the NATS server')
  expect(starting({ tunnel: { ...tunnel, state: 'starting' } })).toBe('opening the tunnel: localtunnel')
  expect(starting({ tunnel })).toBe('looking at the subscription')
  expect(starting({ tunnel, subscription: { ...subscription, state: 'working', detail: 'create: …' } })).toBe(
    'verifying the subscription',
  )
  expect(parts({}, { phase: 'starting', waitedMs: 65_000 })).toMatch(/^\S looking at .* 1m 05s · \? keys$/)
  expect(parts({}, { phase: 'closing' })).toMatch(/^\S closing$/)
})

test('text from outside brings no control character into the line', () => {
  expect(parts({ subscription: { ...subscription, id: '\u001B[2JSUB' } })).not.toContain('\u001B')
})
