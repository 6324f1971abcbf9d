import { chmod, mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Status, SubscriptionStatus } from '../../src/contract/status.ts'
import { lookAtAccount } from '../../src/doctor/account.ts'
import { judgeClock, lookAtClock } from '../../src/doctor/clock.ts'
import type { DoctorFinding } from '../../src/doctor/finding.ts'
import { toFindings } from '../../src/doctor/findings.ts'
import { judgeDisk, lookAtDataDir } from '../../src/doctor/machine.ts'
import { judgeRunning } from '../../src/doctor/running.ts'
import { judgeKey, judgeSettings } from '../../src/doctor/settings.ts'
import { judgeTarget } from '../../src/doctor/target.ts'
import { createEmulator } from '../../src/emulator/index.ts'
import { createFicApi } from '../../src/fic-api/client.ts'
import { silentLog } from '../../src/log.ts'
import { temporaryFolder } from '../support/daemon.ts'

function outcomes(findings: readonly DoctorFinding[]): Record<string, string> {
  return Object.fromEntries(findings.map(({ name, outcome }) => [name, outcome]))
}

test('a full disk is a failure, a nearly full one a warning', () => {
  const mebibyte = 1024 * 1024
  expect([5, 100, 1000].map((free) => judgeDisk(free * mebibyte).outcome)).toEqual([
    'failure',
    'warning',
    'ok',
  ])
})

test('a data dir that others can read is a warning; one that is not there yet will be made', async () => {
  await using folder = await temporaryFolder()
  const dataDir = join(folder.path, 'a', '.fic-dev')
  expect((await lookAtDataDir(dataDir)).what).toContain('will be made')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  expect((await lookAtDataDir(dataDir)).outcome).toBe('ok')
  await chmod(dataDir, 0o755)
  expect(await lookAtDataDir(dataDir)).toMatchObject({
    outcome: 'warning',
    todo: expect.stringContaining('chmod'),
  })
})

test('a clock that is off by more than the leeway of a token is a failure, either way', () => {
  expect([1, -20, 45, -45, 61, -7200].map((ahead) => judgeClock(ahead).outcome)).toEqual([
    'ok',
    'ok',
    'warning',
    'warning',
    'failure',
    'failure',
  ])
  expect(judgeClock(-90).what).toBe('The clock is 90 s behind.')
})

test('the clock is compared with the Date of any answer', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(404, { date: new Date(Date.now() + 600_000).toUTCString() }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const finding = await lookAtClock(url)
  expect(finding.outcome).toBe('failure')
  expect(finding.what).toMatch(/^The clock is (?:599|60[01]) s behind\.$/)
  expect((await lookAtClock('http://127.0.0.1:1')).outcome).toBe('warning')
})

test('an emulator elsewhere needs its own key', () => {
  const elsewhere = { emulator: false, apiBase: 'http://127.0.0.1:4622', named: false }
  expect(judgeKey(elsewhere).outcome).toBe('failure')
  expect(judgeKey({ ...elsewhere, named: true }).outcome).toBe('ok')
  const real = { ...elsewhere, apiBase: 'https://api-v2.fattureincloud.it' }
  expect([judgeKey(real).outcome, judgeKey({ ...real, named: true }).outcome]).toEqual(['ok', 'warning'])
})

test('settings are told with their sources, and what is odd about them is a warning', () => {
  const findings = judgeSettings({
    file: '/project/fic-dev.config.ts',
    sources: { keep: 'default', company: 'environment FIC_COMPANY_ID', port: 'flag' },
    notes: ['types: "x" is not an event type that fic-dev knows.'],
  })
  expect(findings.map(({ outcome, what }) => [outcome, what])).toEqual([
    ['ok', 'Config file /project/fic-dev.config.ts; set: company (environment FIC_COMPANY_ID), port (flag).'],
    ['warning', 'types: "x" is not an event type that fic-dev knows.'],
  ])
})

test('token, company and the right to webhooks are asked of Fatture in Cloud', async () => {
  await using emulator = await createEmulator()
  const account = async (token: string, company: number | null) =>
    lookAtAccount({
      api: createFicApi({ apiBase: emulator.url, token, company: company ?? 0, log: silentLog() }),
      company,
      types: ['entities.clients.create'],
      held: null,
    })
  // The one company that the emulator has when nobody has named another.
  const good = await account('any', 108_061)
  expect(outcomes(good)).toEqual({ token: 'ok', company: 'ok', webhooks: 'ok', scopes: 'skipped' })
  expect(good.at(-1)?.what).toContain('entity.clients:r')
  expect(outcomes(await account('invalid', 108_061))).toEqual({ token: 'failure' })
  expect(outcomes(await account('blocked', 108_061))).toMatchObject({ token: 'ok', webhooks: 'failure' })
  expect(outcomes(await account('any', 5))).toMatchObject({ company: 'failure' })
  expect(outcomes(await account('any', null))).toMatchObject({ company: 'failure' })
  expect(JSON.stringify(await account('invalid', 1))).not.toContain('"invalid"')
})

test('types that the subscription does not hold are told with the scopes that they need', async () => {
  const api = { companies: async () => [{ id: 1, name: 'A' }], list: async () => [] }
  const held = ['it.fattureincloud.webhooks.entities.clients.create']
  const types = ['entities.clients.create', 'products.stock_update']
  const findings = await lookAtAccount({ api, company: 1, types, held })
  expect(findings.at(-1)).toMatchObject({
    name: 'scopes',
    outcome: 'warning',
    what: 'The subscription holds 1 of 2 wanted types; the others need products:r, stock:r.',
  })
})

const at = '2026-11-23T09:12:01.000Z'

const refused = {
  code: 'refused',
  tone: 'failure',
  what: 'No connection to http://localhost:3000/: connection refused.',
  why: 'No program listens there.',
  todo: 'Is your app running, and on this port?',
} as const

const subscription: SubscriptionStatus = {
  state: 'verified',
  id: 'SUB1',
  sink: 'https://a.example/x',
  types: [],
  taken: [],
  warnings: [],
  budget: { used: 1, limit: 5, nextPossibleAt: null },
  detail: null,
  hint: null,
}

const share = {
  role: 'hub',
  url: 'nats://nats.example.com:4222',
  state: 'connected',
  detail: 'connection refused; deliveries wait',
  hint: null,
  lag: 0,
  name: null,
  followers: [],
}

// Only what is judged; the contract has more members as it grows.
const status = {
  version: '1.0.0',
  node: 'v20.19.0',
  startedAt: at,
  project: '/project/.fic-dev',
  sinkUrl: 'https://a.example/x',
  inspectorUrl: 'http://127.0.0.1:4620',
  emulatorUrl: null,
  tunnel: {
    provider: 'localtunnel',
    state: 'up',
    publicUrl: 'https://a.example',
    detail: null,
    since: at,
    history: [],
  },
  subscription,
  targets: [],
  sink: { captured: 0, notFound: 0, wrongMethod: 0, tooLarge: 0, rateLimited: 0, failed: 0 },
  store: { state: 'ok', since: at, detail: null, hint: null },
  clock: null,
  share: null,
  counts: { notifications: 2, deliveries: 2, waiting: 0 },
  findings: [],
} as unknown as Status

test('a daemon that is well has no warning', () => {
  expect(outcomes(judgeRunning(status))).toEqual({
    daemon: 'ok',
    tunnel: 'ok',
    subscription: 'ok',
    budget: 'ok',
  })
  expect(outcomes(judgeRunning(null))).toEqual({ daemon: 'skipped' })
})

test.each<[string, object, Record<string, string>]>([
  ['a hub whose server is away', { share: { ...share, state: 'disconnected' } }, { sharing: 'failure' }],
  ['a follower that has much to fetch', { share: { ...share, lag: 7 } }, { sharing: 'ok' }],
  [
    'a clock that is behind',
    { clock: { behindMs: 120_000, noticedAt: '2026-11-23T09:12:01.000Z' } },
    { clock: 'warning' },
  ],
  [
    'a clock that may be ahead',
    { clock: { behindMs: -36_000_000, noticedAt: '2026-11-23T09:12:01.000Z' } },
    { clock: 'warning' },
  ],
  ['a tunnel that is down', { tunnel: { ...status.tunnel, state: 'down' } }, { tunnel: 'failure' }],
  ['a tunnel in doubt', { tunnel: { ...status.tunnel, state: 'suspect' } }, { tunnel: 'warning' }],
  [
    'a budget that is used up',
    {
      subscription: {
        ...subscription,
        state: 'failed',
        budget: { used: 5, limit: 5, nextPossibleAt: null },
      },
    },
    { subscription: 'failure', budget: 'failure' },
  ],
  [
    'types that another subscription holds',
    {
      subscription: {
        ...subscription,
        taken: [{ type: 'x', subscriptionId: 'SUB9', sink: 'https://b.example' }],
      },
    },
    { subscription: 'warning' },
  ],
  ['notifications that could not be kept', { sink: { ...status.sink, failed: 3 } }, { sink: 'failure' }],
  [
    'deliveries that wait for nobody',
    {
      targets: [
        {
          url: 'http://localhost:3000/',
          health: 'unreachable',
          since: at,
          detail: 'connection refused; deliveries wait',
          cause: refused,
          waiting: 4,
          paused: false,
        },
      ],
    },
    { deliveries: 'warning' },
  ],
])('%s is found, with why it matters and what to do', (_what, changes, expected) => {
  const changed = { ...status, ...changes }
  const findings = judgeRunning({ ...changed, findings: toFindings(changed) })
  expect(outcomes(findings)).toMatchObject(expected)
  const bad = findings.filter(({ outcome }) => outcome === 'warning' || outcome === 'failure')
  expect(bad.flatMap(({ why, todo }) => [why, todo])).not.toContain(null)
})

test('a target that does not listen is a failure, one that refuses the dev key a warning', () => {
  const start = { name: 'start', outcome: 'right', says: 'listens', cost: null, cause: null } as const
  const binary = { name: 'binary', outcome: 'wrong', says: '401', cost: 'dropped', cause: null } as const
  expect(judgeTarget('http://localhost/', [start, { ...binary, outcome: 'right' }])[0]?.outcome).toBe('ok')
  expect(judgeTarget('http://localhost/', [start, binary])[0]?.outcome).toBe('warning')
  expect(judgeTarget('http://localhost/', [{ ...start, outcome: 'wrong', cause: refused }])[0]?.outcome).toBe(
    'failure',
  )
})
