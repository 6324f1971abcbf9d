/** Which notifications a filter means, and in which order they come. */

import { beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../../src/log.ts'
import type { FilterTerm } from '../../../src/store/filter/language.ts'
import type { NotificationFilter } from '../../../src/store/filter/sql.ts'
import { openStore, type Store } from '../../../src/store/store.ts'
import { listOf, sampleCapture, sampleDelivery, typePrefix } from '../../support/capture.ts'
import { temporaryFolder } from '../../support/daemon.ts'

let store: Store

/** Eight notifications, a minute apart, read by all tests. */
beforeAll(async () => {
  const folder = await temporaryFolder()
  store = openStore({ dataDir: folder.path, log: silentLog() })
  const event = (type: string, more: Parameters<typeof sampleCapture>[0] = {}) =>
    sampleCapture({ eventType: typePrefix + type, ...more })
  const captures = [
    sampleCapture({ kind: 'verification', eventType: null, cloudEvent: null, body: Buffer.alloc(0) }),
    event('subscriptions.welcome', { kind: 'welcome' }),
    event('issued_documents.invoices.create', { body: Buffer.from('{"data":{"ids":[424242]}}') }),
    event('issued_documents.quotes.create', { headers: [['X-Shape', 'a "quoted" 100% back\\slash']] }),
    event('issued_documents.invoices.update', {
      signature: { outcome: 'invalid', claims: [], problems: ['Expired at noon.'] },
    }),
    event('entities.clients.create'),
    event('entities.suppliers.create', {
      signature: { outcome: 'missing', claims: [], problems: [] },
    }),
    sampleCapture({ kind: 'unknown', eventType: null, cloudEvent: null, body: Buffer.from([0xff, 0x41]) }),
  ]
  for (const [index, capture] of captures.entries()) {
    const receivedAt = new Date(Date.UTC(2026, 2, 1, 12, index))
    await store.capture({ ...capture, receivedAt }, { targets: [] })
  }
  await deliver(3, 'retried', 'delivered')
  await deliver(4, 'delivered', 'dropped')
  await deliver(6, 'pending')
  return () => {
    store.close()
    return folder[Symbol.asyncDispose]()
  }
})

async function deliver(seq: number, ...verdicts: ('delivered' | 'dropped' | 'retried' | 'pending')[]) {
  for (const [index, verdict] of verdicts.entries()) {
    const id = store.nextDeliveryId()
    await store.beginDelivery(sampleDelivery({ id, seq, verdict, attempt: index + 1 }))
  }
}

function text(value: string): FilterTerm {
  return { field: 'text', value, not: false }
}

test.for<[filter: NotificationFilter, seqs: number[]]>([
  [{}, [8, 7, 6, 5, 4, 3, 2, 1]],
  [{ kind: 'verification' }, [1]],
  [{ kind: 'event' }, [7, 6, 5, 4, 3]],
  [{ kind: 'unknown' }, [8]],
  [{ type: 'issued_documents.invoices.create' }, [3]],
  [{ type: `${typePrefix}issued_documents.invoices.create` }, [3]],
  [{ type: 'issued_documents.all.create' }, [4, 3]],
  [{ type: `${typePrefix}entities.all.create` }, [7, 6]],
  [{ type: 'issued_documents.*' }, [5, 4, 3]],
  [{ type: 'issued_documents.invoices.*' }, [5, 3]],
  [{ type: `${typePrefix}entities.*` }, [7, 6]],
  [{ type: 'issued_documents' }, [5, 4, 3]],
  [{ type: 'issued_documents.invoices.%' }, []],
  [{ type: '*' }, [7, 6, 5, 4, 3, 2]],
  [{ signature: 'valid' }, [8, 6, 4, 3, 2, 1]],
  [{ signature: 'invalid' }, [5]],
  [{ signature: 'missing' }, [7]],
  [{ delivery: 'delivered' }, [3]],
  [{ delivery: 'dropped' }, [4]],
  [{ delivery: 'pending' }, [6]],
  [{ delivery: 'retried' }, []],
  [{ delivery: 'none' }, [8, 7, 5, 2, 1]],
  [{ since: new Date('2026-03-01T12:05:00Z') }, [8, 7, 6]],
  [{ until: new Date('2026-03-01T12:02:00Z') }, [2, 1]],
  [{ since: new Date('2026-03-01T12:02:00Z'), until: new Date('2026-03-01T12:04:00Z') }, [4, 3]],
  [{ before: 3 }, [2, 1]],
  [{ after: 6 }, [8, 7]],
  [{ after: 2, before: 5 }, [4, 3]],
  [{ terms: [text('424242')] }, [3]],
  [{ terms: [text('SUPPLIERS')] }, [7]],
  [{ terms: [text('expired at NOON')] }, [5]],
  [{ terms: [text('x-shape')] }, [4]],
  [{ terms: [text('"quoted"')] }, [4]],
  [{ terms: [text('100%')] }, [4]],
  [{ terms: [text('back\\slash')] }, [4]],
  [{ terms: [text('%')] }, [4]],
  [{ terms: [text('cloudEvent')] }, []],
  [{ terms: [text('claims')] }, []],
  [{ terms: [text('')] }, [8, 7, 6, 5, 4, 3, 2, 1]],
  [{ kind: 'event', signature: 'valid', type: 'issued_documents.*', terms: [text('quotes')] }, [4]],
])('%j finds %j', async ([filter, seqs]) => {
  expect((await listOf(store, filter, 100)).map(({ seq }) => seq)).toEqual(seqs)
})

test('a limit takes the newest', async () => {
  expect((await listOf(store, {}, 3)).map(({ seq }) => seq)).toEqual([8, 7, 6])
})

test('after a cursor the oldest come first', () => {
  expect(store.seqsAfter(2, 3)).toEqual([3, 4, 5])
  expect(store.seqsAfter(8, 3)).toEqual([])
})

test('a list shows the last delivery only, a detail all of them', async () => {
  const [listed] = await listOf(store, { type: 'issued_documents.invoices.create' }, 1)

  expect(listed?.deliveries.map(({ verdict }) => verdict)).toEqual(['delivered'])
  expect(store.notification(3)?.deliveries.map(({ verdict, attempt }) => [verdict, attempt])).toEqual([
    ['retried', 1],
    ['delivered', 2],
  ])
})
