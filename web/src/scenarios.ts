/** Stories that the emulator can tell: which events come one after the other, and what goes wrong on the way. Pure. */

import type { TriggerRequest } from '../../src/contract/api.ts'
import type { Faults } from '../../src/contract/vocabulary.ts'

export interface Scenario {
  name: string
  title: string
  /** What comes, and what an app should make of it. */
  says: string
  /** Faults that are on while it runs, and put back afterwards. */
  faults: Partial<Faults>
  /** `id` is the resource that it is about. */
  events(id: number): TriggerRequest[]
}

const one =
  (type: string) =>
  (id: number): TriggerRequest => ({ type, ids: [id] })
const several =
  (...types: string[]) =>
  (id: number) =>
    types.map((type) => one(type)(id))

const excelIds = 200

export const scenarios: readonly Scenario[] = [
  {
    name: 'invoice',
    title: 'Life of an invoice',
    says: 'Created, updated, sent by email: three events about the same id.',
    faults: {},
    events: several(
      'issued_documents.invoices.create',
      'issued_documents.invoices.update',
      'issued_documents.invoices.email_sent',
    ),
  },
  {
    name: 'e-invoice',
    title: 'Electronic invoice',
    says: 'One is received; one that you sent changes its status three times.',
    faults: {},
    events: (id) => [
      one('received_documents.e_invoices.receive')(id),
      one('issued_documents.invoices.create')(id + 1),
      ...several(...Array<string>(3).fill('issued_documents.e_invoices.status_update'))(id + 1),
    ],
  },
  {
    name: 'excel',
    title: 'Import from Excel',
    says: `One event with ${excelIds} ids: an app that reads the first one only misses the others.`,
    faults: {},
    events: (id) => [
      { type: 'entities.clients.create', ids: Array.from({ length: excelIds }, (_, index) => id + index) },
    ],
  },
  {
    name: 'twins',
    title: 'Twins',
    says: 'The same notification twice, with the same id: your app should act once.',
    faults: { twins: true },
    events: several('issued_documents.invoices.create'),
  },
  {
    name: 'order',
    title: 'Out of order',
    says: 'Created, updated, deleted; but one of them is held back for two seconds.',
    faults: { wrongOrder: true },
    events: several('products.create', 'products.update', 'products.delete'),
  },
]
