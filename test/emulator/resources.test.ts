/** The resources behind the ids of events, read with the official SDK (docs/protocol.md#9-the-resource-behind-an-id). */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ArchiveApi,
  CashbookApi,
  ClientsApi,
  Configuration,
  IssuedDocumentsApi,
  IssuedEInvoicesApi,
  ProductsApi,
  ReceiptsApi,
  ReceivedDocumentsApi,
  SuppliersApi,
  TaxesApi,
} from '@fattureincloud/fattureincloud-ts-sdk'
import { expect, onTestFinished, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { callApi } from '../support/emulator-api.ts'
import { startSubscriber } from '../support/subscriber.ts'

const company = 108061

function connect(emulator: Emulator, accessToken = 'any'): Configuration {
  return new Configuration({ accessToken, basePath: emulator.url })
}

type Read = (to: Configuration) => Promise<{ data: { data?: { id?: number | string | null } } }>

test.each<[string, Read, number | string]>([
  ['an issued document', (to) => new IssuedDocumentsApi(to).getIssuedDocument(company, 41), 41],
  ['a received document', (to) => new ReceivedDocumentsApi(to).getReceivedDocument(company, 41), 41],
  ['a receipt', (to) => new ReceiptsApi(to).getReceipt(company, 41), 41],
  ['a tax', (to) => new TaxesApi(to).getF24(company, 41), 41],
  ['an archive document', (to) => new ArchiveApi(to).getArchiveDocument(company, 41), 41],
  ['a product', (to) => new ProductsApi(to).getProduct(company, 41), 41],
  ['a client', (to) => new ClientsApi(to).getClient(company, 41), 41],
  ['a supplier', (to) => new SuppliersApi(to).getSupplier(company, 41), 41],
  ['a cashbook entry', (to) => new CashbookApi(to).getCashbookEntry(company, '41'), '41'],
])('%s can be read, and is the same each time', async (_name, read, id) => {
  await using emulator = await createEmulator()
  const first = await read(connect(emulator))
  expect(first.data.data?.id).toBe(id)
  expect((await read(connect(emulator))).data).toEqual(first.data)
})

test('two ids give two different clients', async () => {
  await using emulator = await createEmulator()
  const api = new ClientsApi(connect(emulator))
  const [one, other] = [await api.getClient(company, 1), await api.getClient(company, 2)]
  expect(one.data.data?.vat_number).not.toBe(other.data.data?.vat_number)
})

test('the amounts of an issued document add up', async () => {
  await using emulator = await createEmulator()
  const { data } = await new IssuedDocumentsApi(connect(emulator)).getIssuedDocument(company, 7)
  const { amount_net: net, amount_vat: vat, amount_gross: gross, payments_list: payments } = data.data!
  expect(net! + vat!).toBeCloseTo(gross!, 2)
  expect(payments?.map(({ amount }) => amount)).toEqual([gross])
})

test('an issued document is of the kind whose event brought its id', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  await emulator.trigger({ type: 'issued_documents.credit_notes.create', ids: [9] })
  const api = new IssuedDocumentsApi(connect(emulator))
  expect((await api.getIssuedDocument(company, 9)).data.data?.type).toBe('credit_note')
  expect((await api.getIssuedDocument(company, 10)).data.data?.type).toBe('invoice')
})

test('what was deleted is gone; a document is then in the bin, until an event brings it back', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  const status = async (path: string) => (await callApi(emulator.url, 'GET', `/c/${company}/${path}`)).status
  await emulator.trigger({ type: 'entities.clients.delete', ids: [5] })
  await emulator.trigger({ type: 'issued_documents.invoices.delete', ids: [5] })
  expect(await status('entities/clients/5')).toBe(404)
  expect(await status('entities/suppliers/5')).toBe(200)
  expect([await status('issued_documents/5'), await status('bin/issued_documents/5')]).toEqual([404, 200])
  await emulator.trigger({ type: 'issued_documents.invoices.create', ids: [5] })
  expect([await status('issued_documents/5'), await status('bin/issued_documents/5')]).toEqual([200, 404])
})

test('what was deleted is still gone after a restart', async () => {
  await using target = await startSubscriber()
  const folder = await mkdtemp(join(tmpdir(), 'fic-dev-emulator-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const stateFile = join(folder, 'emulator.json')
  const before = await createEmulator({ stateFile })
  await before.subscribe({ sink: target.url })
  await before.trigger({ type: 'products.delete', ids: [5] })
  await before.close()
  await using after = await createEmulator({ stateFile })
  expect((await callApi(after.url, 'GET', `/c/${company}/products/5`)).status).toBe(404)
})

test('a received e-invoice is pending until it is registered', async () => {
  await using target = await startSubscriber()
  await using emulator = await createEmulator()
  await emulator.subscribe({ sink: target.url })
  const statuses = () =>
    Promise.all(
      ['received_documents/pending/6', 'received_documents/6'].map(
        async (path) => (await callApi(emulator.url, 'GET', `/c/${company}/${path}`)).status,
      ),
    )
  await emulator.trigger({ type: 'received_documents.e_invoices.receive', ids: [6] })
  expect(await statuses()).toEqual([200, 404])
  await emulator.trigger({ type: 'received_documents.create', ids: [6] })
  expect(await statuses()).toEqual([404, 200])
})

test('the reason for which an e-invoice was rejected can be read', async () => {
  await using emulator = await createEmulator()
  const { data } = await new IssuedEInvoicesApi(connect(emulator)).getEInvoiceRejectionReason(company, 3)
  expect(data.data?.reason).toBeTypeOf('string')
})

test('reading needs the scope of the resource', async () => {
  await using emulator = await createEmulator()
  const token = 'scopes:entity.clients'
  const read = (path: string) => callApi(emulator.url, 'GET', `/c/${company}/${path}`, undefined, token)
  expect((await read('entities/clients/1')).status).toBe(200)
  const refused = await read('products/1')
  expect([refused.status, refused.body.error?.message]).toEqual([
    403,
    'The token is missing these scopes: products:r.',
  ])
})
