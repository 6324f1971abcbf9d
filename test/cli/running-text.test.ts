import pc from 'picocolors'
import { expect, test } from 'vitest'
import { runningText } from '../../src/cli/terminal/running-text.ts'
import type { Status } from '../../src/contract/status.ts'
import { toFindings } from '../../src/doctor/findings.ts'

const colors = pc.createColors(false)
const since = '2026-11-28T10:00:00.000Z'

const status: Status = {
  version: '1.2.3',
  node: 'v20.19.0',
  startedAt: since,
  project: '/shop/.fic-dev',
  sinkUrl: 'https://shop.example/secret',
  inspectorUrl: 'http://127.0.0.1:4620',
  emulatorUrl: null,
  tunnel: {
    provider: 'localtunnel',
    state: 'up',
    publicUrl: 'https://shop.example',
    detail: null,
    since,
    history: [],
  },
  subscription: {
    state: 'verified',
    id: 'SUB1',
    sink: 'https://shop.example/secret',
    types: [],
    taken: [],
    warnings: [],
    budget: { used: 2, limit: 5, nextPossibleAt: null },
    detail: null,
    hint: null,
  },
  targets: [
    {
      url: 'http://localhost:3000/hooks',
      health: 'healthy',
      since,
      detail: null,
      cause: null,
      lastVerdict: 'retried',
      lastStatus: 500,
      waiting: 3,
      paused: true,
    },
  ],
  share: null,
  sink: null,
  store: { state: 'ok', since, detail: null, hint: null },
  clock: null,
  counts: { notifications: 1, deliveries: 2, waiting: 3 },
  findings: [],
}

const textOf = (changes: Partial<Status> = {}, logFile?: string) =>
  runningText(
    { ...status, ...changes, findings: toFindings({ ...status, ...changes }) },
    { pid: 42, ...(logFile !== undefined && { logFile }) },
    colors,
  )

test.each([
  ['version and process', /^fic-dev 1\.2\.3 is running \(process 42, since 2026-11-28 /],
  ['addresses', /inspector +http:\/\/127\.0\.0\.1:4620\n +sink +https:\/\/shop\.example\/secret\n/],
  ['the tunnel', /tunnel {2}localtunnel {2}up {2}https:\/\/shop\.example\n/],
  ['the subscription and its budget', /subscription {2}SUB1 {2}verified\n +verifications {2}2 of 5 used/],
  ['the last verdict of a target, and what waits', /hooks {2}500 retried {2}3 waiting {2}paused\n/],
  ['counts', /1 notification, 2 deliveries, 3 waiting$/],
])('status shows %s', (_what, line) => expect(textOf()).toMatch(line))

test('status shows the log file, and what is wrong with the store', () => {
  const store = { state: 'failed', since, detail: 'The store is gone.', hint: null } as const
  const text = textOf({ store }, '/shop/.fic-dev/fic-dev.log')
  expect(text).toContain('The store is gone.')
  expect(text).toContain('log  /shop/.fic-dev/fic-dev.log')
})

test('status shows each finding once, with its reason and what to do', () => {
  const subscription = {
    ...status.subscription!,
    state: 'failed' as const,
    detail: 'Fatture in Cloud refused the token.',
    hint: 'Create a new one.',
    warnings: ['products.create: unknown type'],
  }
  const text = textOf({ subscription })
  expect(text).toMatch(
    /failure {2}There is no working subscription\. Fatture in Cloud refused the token\. .+ Create a new one\.\n/,
  )
  expect(text).toMatch(
    /warning {2}Forwarding to http:\/\/localhost:3000\/hooks is paused; 3 deliveries wait\./,
  )
  expect(text).toMatch(/subscription {2}SUB1 {2}failed\n/)
  for (const once of [subscription.detail, subscription.hint, ...subscription.warnings])
    expect(text.split(once)).toHaveLength(2)
})

test('a follower has no sink and no subscription; loopback is no tunnel', () => {
  const share = {
    role: 'follower',
    url: 'nats://nats.example:4222',
    state: 'connected',
    since,
    detail: null,
    hint: null,
    lag: 0,
    name: 'anna',
    hubSink: null,
    followers: [],
  } as const
  const tunnel = { ...status.tunnel!, provider: 'none' }
  const text = textOf({ share: { ...share, followers: [] }, sinkUrl: null, subscription: null, tunnel })
  expect(text).toContain('following as anna: nats://nats.example:4222')
  expect(text).not.toMatch(/sink|subscription|tunnel/)
})
