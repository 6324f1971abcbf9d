/** Sample issued documents, received documents and receipts, whose amounts add up. Pure. */

import type {
  IssuedDocument,
  IssuedDocumentType,
  Receipt,
  ReceivedDocument,
} from '@fattureincloud/fattureincloud-ts-sdk'
import { createClient, createSupplier } from './sample-records.ts'
import {
  bankAccount,
  createDraw,
  drawAmounts,
  drawDay,
  drawMoment,
  ordinaryVat,
  pick,
  type Draw,
} from './samples.ts'

const euro = { id: 'EUR', symbol: '€', exchange_rate: '1.00000', html_symbol: '&euro;' }

/** Kind in the event type → `type` of the document. */
const issuedTypes: Record<string, IssuedDocumentType> = {
  invoices: 'invoice',
  quotes: 'quote',
  proformas: 'proforma',
  receipts: 'receipt',
  delivery_notes: 'delivery_note',
  credit_notes: 'credit_note',
  orders: 'order',
  work_reports: 'work_report',
  supplier_orders: 'supplier_order',
  self_invoices: 'self_supplier_invoice',
  self_supplier_invoices: 'self_supplier_invoice',
  self_own_invoices: 'self_own_invoice',
  e_invoices: 'invoice',
}

/** `kind`: of the event that brought the id; an invoice where there was none. */
export function createIssuedDocument(id: number, draw: Draw, kind: string | null): IssuedDocument {
  const { net, vat, gross } = drawAmounts(draw)
  const date = drawDay(draw, 'date')
  const clientId = 1 + draw('client', 1000)
  const isInvoice = ['invoices', 'e_invoices', null].includes(kind)
  return {
    id,
    type: issuedTypes[kind ?? 'invoices'] ?? 'invoice',
    entity: createClient(clientId, createDraw(`entities/clients/${clientId}`)),
    number: 1 + draw('number', 500),
    numeration: '',
    date,
    year: 2026,
    currency: euro,
    language: { code: 'it', name: 'Italiano' },
    subject: 'Fornitura',
    visible_subject: 'Fornitura',
    notes: '',
    e_invoice: isInvoice,
    ...(isInvoice ? { ei_status: pick(draw, 'status', ['sent', 'accepted', 'discarded']) } : {}),
    items_list: [
      {
        id: 1,
        name: 'Sedia',
        code: 'P1',
        qty: 1,
        measure: 'pz',
        net_price: net,
        gross_price: gross,
        vat: ordinaryVat,
      },
    ],
    payments_list: [
      { id: 1, due_date: date, amount: gross, status: 'not_paid', payment_account: bankAccount },
    ],
    amount_net: net,
    amount_vat: vat,
    amount_gross: gross,
    next_due_date: date,
    url: null,
    locked: false,
    created_at: drawMoment(draw, 'created'),
    updated_at: drawMoment(draw, 'created'),
  }
}

export function createReceivedDocument(id: number, draw: Draw): ReceivedDocument {
  const { net, vat, gross } = drawAmounts(draw)
  const supplierId = 1 + draw('supplier', 1000)
  return {
    id,
    type: 'expense',
    entity: createSupplier(supplierId, createDraw(`entities/suppliers/${supplierId}`)),
    date: drawDay(draw, 'date'),
    category: 'Forniture',
    description: 'Materiale per ufficio',
    amount_net: net,
    amount_vat: vat,
    amount_gross: gross,
    invoice_number: String(1 + draw('number', 500)),
    is_detailed: false,
    e_invoice: true,
    currency: euro,
    tax_deductibility: 100,
    vat_deductibility: 100,
    items_list: [],
    payments_list: [
      {
        id: 1,
        amount: gross,
        due_date: drawDay(draw, 'due'),
        status: 'not_paid',
        payment_account: bankAccount,
      },
    ],
    locked: false,
    created_at: drawMoment(draw, 'created'),
    updated_at: drawMoment(draw, 'created'),
  }
}

export function createReceipt(id: number, draw: Draw): Receipt {
  const { net, vat, gross } = drawAmounts(draw)
  return {
    id,
    date: drawDay(draw, 'date'),
    number: 1 + draw('number', 500),
    numeration: '',
    amount_net: net,
    amount_vat: vat,
    amount_gross: gross,
    use_gross_prices: false,
    type: 'till_receipt',
    description: 'Corrispettivi del giorno',
    payment_account: bankAccount,
    items_list: [{ id: 1, amount_net: net, amount_gross: gross, category: '', vat: ordinaryVat }],
    created_at: drawMoment(draw, 'created'),
    updated_at: drawMoment(draw, 'created'),
  }
}
