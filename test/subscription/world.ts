/** A small world around a keeper: the emulator, a real sink that answers challenges, a store in a file. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { createFicApi } from '../../src/fic-api/client.ts'
import { silentLog } from '../../src/log.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createSubscriptionRecords, type SubscriptionRecords } from '../../src/store/subscriptions.ts'
import {
  createSubscriptionKeeper,
  type SubscriptionKeeper,
  type SubscriptionKeeperOptions,
} from '../../src/subscription/keeper.ts'
import {
  createSubscriptionService,
  type SubscriptionService,
  type SubscriptionServiceOptions,
} from '../../src/subscription/service.ts'
import { startHttpServer, type SeenRequest } from '../support/http-server.ts'

export const company = 108_061
const challengeName = 'x-fic-verification-challenge'
const secretPath = '/0123456789abcdef0123456789abcdef'

export interface TestSink {
  url: string
  /** Whether it answers challenges. */
  answers: boolean
  /** Called when it has answered a challenge. */
  onAnswered: () => void
  requests: SeenRequest[]
}

export interface World {
  emulator: Emulator
  sink: TestSink
  records: SubscriptionRecords
  /** A keeper that polls fast, tells the emulator's time, and is closed with the test. */
  createKeeper(changes?: Partial<SubscriptionKeeperOptions>, token?: string): SubscriptionKeeper
  /** Reads the store afresh, as the next daemon does. */
  reopenRecords(): void
  /** As Fatture in Cloud shows it. */
  observed(): Promise<unknown>
  challenges(): number
}

/** A sink that answers challenges, as another program of the same app would. */
export async function startAnsweringSink(path = secretPath): Promise<TestSink> {
  const sink = { url: '', answers: true, onAnswered: () => {} }
  const server = await startHttpServer((request, response) => {
    const query = new URL(request.path, 'http://sink').searchParams.get(challengeName)
    const challenge = request.headers[challengeName] ?? query
    if (challenge === null) return response.writeHead(200).end()
    if (!sink.answers) return response.writeHead(500).end()
    response.on('finish', () => sink.onAnswered())
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ verification: challenge }))
  })
  sink.url = server.url + path
  return Object.assign(sink, { requests: server.requests })
}

export async function startWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'fic-dev-subscription-'))
  const emulator = await createEmulator()
  const sink = await startAnsweringSink()
  const database = openDatabase(folder, silentLog())
  const world = { emulator, sink, records: createSubscriptionRecords(database, () => {}) }
  onTestFinished(async () => {
    await emulator.close()
    database.close()
    rmSync(folder, { recursive: true })
  })

  return Object.assign(world, {
    createKeeper(changes: Partial<SubscriptionKeeperOptions> = {}, token = 'a/any-token') {
      const keeper = createSubscriptionKeeper({
        api: createFicApi({ apiBase: emulator.url, token, company, log: silentLog() }),
        records: world.records,
        apiBase: emulator.url,
        company,
        wanted: {
          types: ['receipts.create', 'taxes.create'],
          mapping: 'binary',
          verificationMethod: 'header',
        },
        sinkUrl: () => sink.url,
        probe: () => Promise.resolve({ outcome: 'ok' }),
        log: silentLog(),
        now: emulator.clock.now,
        onExit: 'keep',
        ...changes,
        timing: { pollsMs: [20, 50, 100, 200, 300], ...changes.timing },
      })
      onTestFinished(() => keeper.close())
      return keeper
    },
    reopenRecords() {
      world.records = createSubscriptionRecords(database, () => {})
    },
    async observed() {
      const response = await fetch(`${emulator.url}/c/${company}/subscriptions`, {
        headers: { authorization: 'Bearer a/anybody' },
      })
      return ((await response.json()) as { data: unknown }).data
    },
    challenges: () => emulator.deliveries().filter(({ kind }) => kind === 'verification').length,
  })
}

/** The commands without a daemon, unless a keeper is among the changes. */
export function createService(
  { emulator, records, sink }: World,
  changes: Partial<SubscriptionServiceOptions> = {},
  token = 'a/any',
): SubscriptionService {
  return createSubscriptionService({
    api: createFicApi({ apiBase: emulator.url, token, company, log: silentLog() }),
    records,
    apiBase: emulator.url,
    company,
    verificationMethod: 'header',
    ourSink: sink.url,
    probe: () => Promise.resolve({ outcome: 'ok' }),
    log: silentLog(),
    now: emulator.clock.now,
    pollsMs: [20, 50, 100, 200],
    ...changes,
  })
}
