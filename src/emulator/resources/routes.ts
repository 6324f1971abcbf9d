/** `GET /c/{company}/…/{id}`: the resources behind the ids of events (docs/protocol.md#9-the-resource-behind-an-id), made up but stable. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { notFound } from '../api-failure.ts'
import { readFacts, type ResourceFacts } from './ledger.ts'
import { createIssuedDocument, createReceipt, createReceivedDocument } from './sample-documents.ts'
import {
  createArchiveDocument,
  createCashbookEntry,
  createClient,
  createF24,
  createProduct,
  createSupplier,
} from './sample-records.ts'
import { createDraw, type Draw } from './samples.ts'
import type { State } from '../state.ts'
import { readGrant, requireScopes } from '../tokens.ts'

interface Folder {
  folder: string
  scope: (kind: string | null) => string
  create: (id: number, draw: Draw, kind: string | null) => object
}

/** Kinds of event types whose scope has another name. */
const issuedScopes: Record<string, string> = {
  e_invoices: 'invoices',
  self_supplier_invoices: 'self_invoices',
  self_own_invoices: 'self_invoices',
}

const issuedDocuments: Folder = {
  folder: 'issued_documents',
  scope: (kind) => `issued_documents.${issuedScopes[kind ?? ''] ?? kind ?? 'invoices'}`,
  create: createIssuedDocument,
}
const receivedDocuments: Folder = {
  folder: 'received_documents',
  scope: () => 'received_documents',
  create: createReceivedDocument,
}
const records: Folder[] = [
  { folder: 'receipts', scope: () => 'receipts', create: createReceipt },
  { folder: 'taxes', scope: () => 'taxes', create: createF24 },
  { folder: 'archive', scope: () => 'archive', create: createArchiveDocument },
  { folder: 'products', scope: () => 'products', create: createProduct },
  { folder: 'entities/clients', scope: () => 'entity.clients', create: createClient },
  { folder: 'entities/suppliers', scope: () => 'entity.suppliers', create: createSupplier },
  {
    folder: 'cashbook',
    scope: () => 'cashbook',
    create: (id, draw) => createCashbookEntry(String(id), draw),
  },
]

/** `received_documents.e_invoices.receive` was sent for it, and nothing since: it waits to be registered. */
function isPending({ kind }: ResourceFacts): boolean {
  return kind === 'e_invoices'
}

export function addResourceRoutes(api: FastifyInstance, state: State): void {
  const read = (folder: Folder, path: string, isThere: (facts: ResourceFacts) => boolean): void => {
    api.get(`/c/:company/${path}/:id`, async (request) => ({ data: find(state, request, folder, isThere) }))
  }
  for (const folder of [issuedDocuments, ...records]) read(folder, folder.folder, ({ deleted }) => !deleted)
  for (const folder of [issuedDocuments, receivedDocuments]) {
    read(folder, `bin/${folder.folder}`, ({ deleted }) => deleted)
  }
  read(receivedDocuments, 'received_documents', (facts) => !facts.deleted && !isPending(facts))
  read(receivedDocuments, 'received_documents/pending', (facts) => !facts.deleted && isPending(facts))

  api.get('/c/:company/issued_documents/:id/e_invoice/error_reason', async (request) => {
    find(state, request, issuedDocuments, ({ deleted }) => !deleted)
    return {
      data: {
        reason: 'Partita IVA del destinatario non valida',
        code: '00305',
        solution: 'Correggi la partita IVA del cliente e invia di nuovo la fattura.',
        date: '2026-11-23',
      },
    }
  })
}

function find(
  state: State,
  request: FastifyRequest,
  { folder, scope, create }: Folder,
  isThere: (facts: ResourceFacts) => boolean,
): object {
  const { company, id } = request.params as { company: string; id: string }
  const facts = readFacts(state.resources, Number(company), folder, id)
  requireScopes(readGrant(request.headers.authorization), [scope(facts.kind)])
  if (!/^[1-9]\d{0,14}$/.test(id) || !isThere(facts)) throw notFound('Resource')
  return create(Number(id), createDraw(`${folder}/${id}`), facts.kind)
}
