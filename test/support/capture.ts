/** Captures as the sink makes them of the samples in the protocol notes, and a store to put them into. */

import { onTestFinished } from 'vitest'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import { silentLog } from '../../src/log.ts'
import type { NotificationFilter } from '../../src/store/filter/sql.ts'
import type { Capture } from '../../src/store/notifications.ts'
import { openStore, type Store, type StoreOptions } from '../../src/store/store.ts'
import { temporaryFolder } from './daemon.ts'

export const typePrefix = 'it.fattureincloud.webhooks.'

/** A valid event in the binary mapping (docs/protocol.md#4-notifications); no two have the same id. */
export function sampleCapture(overrides: Partial<Capture> = {}): Capture {
  const { eventType = `${typePrefix}issued_documents.invoices.create` } = overrides
  const cloudEvent = {
    id: `198:${crypto.randomUUID()}`,
    type: eventType ?? '',
    source: 'https://api-v2.fattureincloud.it',
    subject: 'company:12345',
    time: '2023-04-04T12:54:21+02:00',
    specversion: '1.0',
  }
  return {
    kind: 'event',
    receivedAt: new Date('2026-03-01T12:00:00.000Z'),
    method: 'POST',
    path: '/0123456789abcdef0123456789abcdef',
    headers: [
      ['Host', 'brave-otter.example.com'],
      ['User-Agent', 'FattureInCloud/API-WEBHOOK'],
      ['Content-Type', 'application/json'],
      ...Object.entries(cloudEvent).map(([name, value]): [string, string] => [`ce-${name}`, value]),
      ['Connection', 'close'],
    ],
    body: Buffer.from('{"data":{"ids":[3062300]}}'),
    mapping: 'binary',
    eventType,
    company: 12345,
    ids: [3062300],
    cloudEvent,
    signature: { outcome: 'valid', claims: [], problems: [] },
    answer: { status: 200, body: null },
    problems: [],
    ...overrides,
  }
}

/** An attempt that a target answered 200. */
export function sampleDelivery(overrides: Partial<Delivery> = {}): Delivery {
  return {
    id: 1,
    seq: 1,
    channel: 'app',
    target: 'http://127.0.0.1:3000/webhooks',
    attempt: 1,
    replay: false,
    sign: 'original',
    startedAt: '2026-03-01T12:00:01.000Z',
    durationMs: 12.5,
    status: 200,
    error: null,
    errorCode: null,
    cause: null,
    responseHeaders: [['Content-Length', '2']],
    responseBody: 'ok',
    verdict: 'delivered',
    sent: null,
    nextAttemptAt: null,
    ...overrides,
  }
}

export type TestStore = Store & { dataDir: string }

/** A store in a folder of its own, or in one that is there; closed and gone with the test. */
export async function openTestStore(options: Partial<StoreOptions> = {}): Promise<TestStore> {
  const dataDir = options.dataDir ?? (await testFolder())
  const store = openStore({ log: silentLog(), ...options, dataDir })
  let open = true
  const close = () => {
    if (open) store.close()
    open = false
  }
  onTestFinished(close)
  return { ...store, close, dataDir }
}

/** A folder that is gone with the test. */
export async function testFolder(): Promise<string> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  return folder.path
}

/** What a list of a store shows, newest first. */
export async function listOf(
  store: Pick<Store, 'find' | 'listed'>,
  filter: NotificationFilter,
  limit: number,
): Promise<Notification[]> {
  const { seqs } = await store.find(filter, limit)
  return seqs.flatMap((seq) => store.listed(seq) ?? [])
}
