/** Which notifications the terms of the filter language find. */

import { beforeAll, expect, test } from 'vitest'
import type { Delivery } from '../../../src/contract/notification.ts'
import { silentLog } from '../../../src/log.ts'
import { readFilterText } from '../../../src/store/filter/language.ts'
import { openStore, type Store } from '../../../src/store/store.ts'
import { listOf, sampleCapture, sampleDelivery, typePrefix } from '../../support/capture.ts'
import { temporaryFolder } from '../../support/daemon.ts'

let store: Store
const now = new Date('2026-03-01T13:00:00Z')

/** Ten minutes apart from 12:00 on, read by all tests. */
beforeAll(async () => {
  const folder = await temporaryFolder()
  store = openStore({ dataDir: folder.path, log: silentLog() })
  const invoice = sampleCapture({ company: 108061, ids: [3062300, 30] })
  const captures = [
    sampleCapture({ kind: 'verification', eventType: null, cloudEvent: null, company: null, ids: [] }),
    invoice,
    invoice,
    sampleCapture({ eventType: `${typePrefix}receipts.create`, ids: ['cash-7', 3], body: Buffer.alloc(0) }),
    sampleCapture({
      eventType: `${typePrefix}issued_documents.receipts.create`,
      ids: [],
      problems: ['Odd.'],
    }),
    sampleCapture({
      eventType: `${typePrefix}entities.clients.delete`,
      ids: [],
      body: Buffer.from(`{"filler":"${'x'.repeat(20_000)}","needle":"deep"}`),
      signature: { outcome: 'invalid', claims: [], problems: ['Another key.'] },
    }),
  ]
  for (const [index, capture] of captures.entries()) {
    const receivedAt = new Date(Date.UTC(2026, 2, 1, 12, 10 * index))
    await store.capture({ ...capture, receivedAt }, { targets: [] })
  }
  await deliver({ seq: 2, status: 200 }, { seq: 2, status: 503, verdict: 'retried', replay: true })
  await deliver({ seq: 3, status: 500, verdict: 'retried' }, { seq: 3, status: 204 })
  await deliver({ seq: 4, status: null, error: 'connection refused', verdict: 'retried' })
  await deliver({ seq: 5, status: null, verdict: 'pending' })
  return () => {
    store.close()
    return folder[Symbol.asyncDispose]()
  }
})

async function deliver(...deliveries: Partial<Delivery>[]): Promise<void> {
  for (const delivery of deliveries) {
    await store.beginDelivery(sampleDelivery({ ...delivery, id: store.nextDeliveryId() }))
  }
}

async function find(text: string): Promise<number[]> {
  const read = readFilterText(text, now)
  if (read.outcome === 'problems') throw new Error(read.problems.join(' '))
  return (await listOf(store, { terms: read.terms }, 100)).map(({ seq }) => seq)
}

test.for<[text: string, seqs: number[]]>([
  ['', [6, 5, 4, 3, 2, 1]],
  ['type:invoices.create', [3, 2]],
  ['type:invoices', [3, 2]],
  ['type:issued_documents', [5, 3, 2]],
  ['type:invo*', [3, 2]],
  ['type:clients.*', [6]],
  ['type:issued_documents.all.create', [5, 3, 2]],
  ['type:receipts.create', [4]],
  ['type:issued_documents.receipts.create', [5]],
  ['type:receipts', [5, 4]],
  ['type:voices', []],
  ['type:%', []],
  ['type:*', [6, 5, 4, 3, 2]],
  ['-type:invoices', [6, 5, 4, 1]],
  ['type:clients type:invoices', [6, 3, 2]],
  ['id:3062300', [3, 2]],
  ['id:30', [3, 2]],
  ['id:306', []],
  ['id:cash-7', [4]],
  ['id:3', [4]],
  ['id:30 id:3', [4, 3, 2]],
  ['-id:30', [6, 5, 4, 1]],
  ['company:108061', [3, 2]],
  ['-company:108061', [6, 5, 4, 1]],
  ['kind:verification', [1]],
  ['kind:verification kind:event', [6, 5, 4, 3, 2, 1]],
  ['signature:invalid', [6]],
  ['-signature:valid', [6]],
  ['target:503', [2]],
  ['target:5xx', [2]],
  ['target:2xx', [3]],
  ['target:error', [4]],
  ['target:none', [6, 1]],
  ['-target:2xx', [6, 5, 4, 2, 1]],
  ['-target:none', [5, 4, 3, 2]],
  ['delivery:retried', [4, 2]],
  ['delivery:pending', [5]],
  ['delivery:none', [6, 1]],
  ['is:twin', [3]],
  ['is:replayed', [2]],
  ['is:problem', [5]],
  ['-is:twin type:invoices', [2]],
  ['since:45m', [6, 5, 4, 3]],
  ['until:2026-03-01T12:20:00Z', [2, 1]],
  ['since:45m until:2026-03-01T12:30:00Z', [3]],
  ['deep', [6]],
  ['another KEY', [6]],
  ['"key another"', []],
  ['-deep', [5, 4, 3, 2, 1]],
  ['type:invoices -is:twin target:5xx', [2]],
])('%j finds %j', async ([text, seqs]) => {
  expect(await find(text)).toEqual(seqs)
})

test('a text is found in what was added to a notification later', async () => {
  await store.answered(1, { status: 502, body: 'from the target' }, ['It came too late.'])

  expect(await find('"too late"')).toEqual([1])
  expect(await find('"from the target" is:problem')).toEqual([1])
})

test('what is removed is found no more', async () => {
  await store.remove(4)

  expect(await find('id:cash-7')).toEqual([])
  expect(await find('')).toEqual([6, 5, 3, 2, 1])
})
