/** Sample clients, suppliers, products, taxes, cashbook entries and archive documents. Pure. */

import type {
  ArchiveDocument,
  CashbookEntry,
  Client,
  F24,
  Product,
  Supplier,
} from '@fattureincloud/fattureincloud-ts-sdk'
import { bankAccount, drawAmounts, drawDay, drawMoment, ordinaryVat, pick, type Draw } from './samples.ts'

const names = ['Rossi', 'Bianchi', 'Ferrari', 'Esposito', 'Romano', 'Colombo', 'Ricci', 'Marino'] as const
const towns = [
  { address_city: 'Bergamo', address_province: 'BG', address_postal_code: '24121' },
  { address_city: 'Torino', address_province: 'TO', address_postal_code: '10121' },
  { address_city: 'Bari', address_province: 'BA', address_postal_code: '70121' },
  { address_city: 'Cagliari', address_province: 'CA', address_postal_code: '09124' },
] as const
const goods = ['Sedia', 'Tavolo', 'Lampada', 'Scaffale', 'Consulenza', 'Licenza annuale'] as const

function drawParty(id: number, draw: Draw) {
  const name = pick(draw, 'name', names)
  const vatNumber = String(10_000_000_000 + draw('vat', 1_000_000_000))
  return {
    id,
    code: `E${id}`,
    name: `${name} S.r.l.`,
    type: 'company' as const,
    vat_number: vatNumber,
    tax_code: vatNumber,
    address_street: `Via Roma ${1 + draw('street', 99)}`,
    ...pick(draw, 'town', towns),
    country: 'Italia',
    country_iso: 'IT',
    email: `info@${name.toLowerCase()}.example`,
    certified_email: `${name.toLowerCase()}@pec.example`,
    phone: `02 ${1_000_000 + draw('phone', 9_000_000)}`,
    notes: '',
    created_at: drawMoment(draw, 'created'),
    updated_at: drawMoment(draw, 'created'),
  }
}

export function createClient(id: number, draw: Draw): Client {
  return { ...drawParty(id, draw), e_invoice: true, ei_code: '0000000', default_payment_terms: 30 }
}

export function createSupplier(id: number, draw: Draw): Supplier {
  return drawParty(id, draw)
}

export function createProduct(id: number, draw: Draw): Product {
  const { net, gross } = drawAmounts(draw)
  return {
    id,
    name: pick(draw, 'good', goods),
    code: `P${id}`,
    net_price: net,
    gross_price: gross,
    use_gross_price: false,
    default_vat: ordinaryVat,
    net_cost: net / 2,
    measure: 'pz',
    description: '',
    category: '',
    notes: '',
    in_stock: true,
    stock_initial: 100,
    stock_current: draw('stock', 100),
    created_at: drawMoment(draw, 'created'),
    updated_at: drawMoment(draw, 'created'),
  }
}

export function createF24(id: number, draw: Draw): F24 {
  return {
    id,
    due_date: drawDay(draw, 'due'),
    status: pick(draw, 'status', ['paid', 'not_paid']),
    payment_account: bankAccount,
    amount: drawAmounts(draw).net,
    description: 'IVA',
  }
}

export function createCashbookEntry(id: string, draw: Draw): CashbookEntry {
  return {
    id,
    date: drawDay(draw, 'date'),
    description: 'Incasso',
    kind: 'cashbook',
    type: 'in',
    entity_name: `${pick(draw, 'name', names)} S.r.l.`,
    amount_in: drawAmounts(draw).gross,
    payment_account_in: bankAccount,
  }
}

export function createArchiveDocument(id: number, draw: Draw): ArchiveDocument {
  return {
    id,
    date: drawDay(draw, 'date'),
    description: 'Contratto',
    category: 'Contratti',
    attachment_url: null,
  }
}
