/** The resources behind ids, read from the emulator and, for refusals, from a server that answers like the API (docs/protocol.md#7-api-error-responses). */

import { expect, onTestFinished, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { eventTypes } from '../../src/fic/event-types.ts'
import { createResourceReader, type ResourceReader } from '../../src/fic-api/resources.ts'
import { silentLog } from '../../src/log.ts'
import { always, startHttpServer } from '../support/http-server.ts'

const prefix = 'it.fattureincloud.webhooks.'
const company = 108_061

async function startEmulator(): Promise<Emulator> {
  const emulator = await createEmulator()
  onTestFinished(() => emulator.close())
  return emulator
}

function reader(apiBase: string, token = 'a/any', now?: () => Date): ResourceReader {
  return createResourceReader({ apiBase, token, log: silentLog(), ...(now && { now }) })
}

/** An event that the emulator really sent, so that it knows the resource and what became of it. */
async function tell(emulator: Emulator, type: string, id: number): Promise<void> {
  const server = await startHttpServer((request, response) => {
    const challenge = request.headers['x-fic-verification-challenge']
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(challenge === undefined ? {} : { verification: challenge }))
  })
  const { id: subscription } = await emulator.subscribe({ sink: server.url, types: [type], company })
  await emulator.trigger({ type, ids: [id], company })
  await emulator.clock.advance(0)
  await fetch(`${emulator.url}/c/${company}/subscriptions/${subscription}`, {
    method: 'DELETE',
    headers: { authorization: 'Bearer any' },
  })
}

async function readOne(apiBase: string, type: string, id: number | string, token?: string) {
  const [entry] = await reader(apiBase, token).read(prefix + type, company, [id])
  return entry
}

test('every event type but the deletions leads to a resource with its id', async () => {
  const emulator = await startEmulator()
  const made = eventTypes.map(({ type }) => type).filter((type) => !type.endsWith('.delete'))
  const read = reader(emulator.url)
  for (const type of made) {
    const [entry] = await read.read(type, company, [7])
    const { id } = (entry?.data ?? {}) as { id?: unknown }
    expect([type, entry?.outcome, String(id)]).toEqual([type, 'found', '7'])
  }
})

test('a deleted document is in the bin, whatever else was deleted is gone: both are as it should be', async () => {
  const emulator = await startEmulator()
  await tell(emulator, 'issued_documents.invoices.delete', 1)
  await tell(emulator, 'entities.clients.delete', 2)
  expect(await readOne(emulator.url, 'issued_documents.invoices.delete', 1)).toMatchObject({
    outcome: 'deleted',
    place: 'bin',
    path: `/c/${company}/bin/issued_documents/1`,
    data: { id: 1 },
  })
  expect(await readOne(emulator.url, 'entities.clients.delete', 2)).toMatchObject({
    outcome: 'deleted',
    data: null,
    says: 'Deleted (404).',
  })
})

test('what an older event is about may have been deleted since', async () => {
  const emulator = await startEmulator()
  await tell(emulator, 'issued_documents.invoices.delete', 1)
  await tell(emulator, 'products.delete', 2)
  expect(await readOne(emulator.url, 'issued_documents.invoices.create', 1)).toMatchObject({
    outcome: 'deleted',
    place: 'bin',
  })
  expect(await readOne(emulator.url, 'products.update', 2)).toMatchObject({ outcome: 'missing', data: null })
})

test('a received e-invoice is looked for among the pending, then among the registered', async () => {
  const emulator = await startEmulator()
  await tell(emulator, 'received_documents.e_invoices.receive', 1)
  const type = 'received_documents.e_invoices.receive'
  expect(await readOne(emulator.url, type, 1)).toMatchObject({ outcome: 'found', place: 'pending' })
  await tell(emulator, 'received_documents.update', 1)
  expect(await readOne(emulator.url, type, 1)).toMatchObject({ outcome: 'found', place: 'active' })
})

test('what was found is remembered for half a minute, and then asked for again', async () => {
  const server = await startHttpServer(always(200, { data: { id: 1 } }))
  let nowMs = Date.parse('2026-11-23T10:00:00Z')
  const read = reader(server.url, 'a/any', () => new Date(nowMs))
  await read.read(`${prefix}products.update`, 5, [1])
  nowMs += 29_000
  const [remembered] = await read.read(`${prefix}products.update`, 5, [1])
  expect([server.requests.length, remembered?.askedAt]).toEqual([1, '2026-11-23T10:00:00.000Z'])
  nowMs += 2000
  await read.read(`${prefix}products.update`, 5, [1])
  expect(server.requests).toHaveLength(2)
})

test.each([
  [429, { error: { message: 'Too many requests' } }],
  [403, { error: { message: 'Quota exceeded' } }],
])('a %i that asks to wait is told, and nothing more is asked before then', async (status, body) => {
  const limits = { 'Retry-After': '30', 'RateLimit-HourlyRemaining': '0' }
  const server = await startHttpServer(always(status, body, limits))
  let nowMs = Date.parse('2026-11-23T10:00:00Z')
  const read = reader(server.url, 'a/any', () => new Date(nowMs))
  const entries = await read.read(`${prefix}products.update`, 5, [1, 2, 3, 4, 5, 6, 7])
  expect(entries.map(({ outcome }) => outcome)).toEqual(Array(7).fill('waiting'))
  expect(entries[0]?.says).toContain('30 s')
  expect(server.requests).toHaveLength(4)
  expect(read.holdUntil()?.toISOString()).toBe('2026-11-23T10:00:30.000Z')
  expect(read.rateLimits()).toEqual({ 'RateLimit-HourlyRemaining': '0' })
  nowMs += 30_000
  expect(read.holdUntil()).toBe(null)
  await read.read(`${prefix}products.update`, 5, [1])
  expect(server.requests).toHaveLength(5)
})

test('the limits of a good answer are told too', async () => {
  const emulator = await startEmulator()
  const read = reader(emulator.url)
  await read.read(`${prefix}products.update`, company, [1])
  expect(read.rateLimits()).toMatchObject({
    'RateLimit-HourlyLimit': '1000',
    'RateLimit-MonthlyLimit': '40000',
  })
})

test('a missing scope is said of the id, a refused token of everything', async () => {
  const emulator = await startEmulator()
  expect(await readOne(emulator.url, 'products.update', 1, 'scopes:taxes')).toMatchObject({
    outcome: 'refused',
  })
  await expect(readOne(emulator.url, 'products.update', 1, 'invalid')).rejects.toMatchObject({
    code: 'FIC_DEV_E_TOKEN_REJECTED',
  })
})

test('an API that fails is told, and is not remembered', async () => {
  const server = await startHttpServer(always(500, '<html>'))
  const read = reader(server.url)
  const [entry] = await read.read(`${prefix}products.update`, 5, [1])
  expect(entry).toMatchObject({ outcome: 'failed', data: null, says: expect.stringContaining('500') })
  await read.read(`${prefix}products.update`, 5, [1])
  expect(server.requests).toHaveLength(2)
})

test('types without a resource and ids that lead elsewhere are never asked for', async () => {
  const server = await startHttpServer(always(200, { data: {} }))
  const read = reader(server.url)
  const [unknown] = await read.read(`${prefix}unheard_of.create`, 5, [1])
  const [dots] = await read.read(`${prefix}products.update`, 5, ['..'])
  expect([unknown?.outcome, dots?.outcome]).toEqual(['missing', 'missing'])
  expect(server.requests).toEqual([])
})

test('the state of an e-invoice is asked for in the long form', async () => {
  const server = await startHttpServer(always(200, { data: { id: 1 } }))
  await readOne(server.url, 'issued_documents.e_invoices.status_update', 1)
  expect(server.requests[0]?.path).toBe(`/c/${company}/issued_documents/1?fieldset=detailed`)
})
