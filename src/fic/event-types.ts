/** The event types and group types of Fatture in Cloud, with the scopes that they need (docs/protocol.md#6-event-types-and-scopes). */

export const eventTypePrefix = 'it.fattureincloud.webhooks.'

/** Comes once after a verification; never subscribed to (docs/protocol.md#3-welcome). */
export const welcomeType = `${eventTypePrefix}subscriptions.welcome`

export interface EventType {
  /** In full, with the prefix. */
  type: string
  /** Families of the scope; read level suffices. A token needs all of them. */
  scopes: string[]
}

export interface GroupType {
  type: string
  /** The event types that it stands for, in full. */
  members: string[]
}

const changes = ['create', 'update', 'delete'] as const
const documentActions = [...changes, 'email_sent'] as const

/**
 * Kinds of issued documents, by scope. `self_invoices` was an error of the documentation and is never sent; it is here
 * because a subscription can still hold it. `self_supplier_invoices` and `self_own_invoices` are its right names.
 * @see docs/protocol.md#6-event-types-and-scopes
 */
const documentKinds: Record<string, string> = {
  invoices: 'invoices',
  quotes: 'quotes',
  proformas: 'proformas',
  receipts: 'receipts',
  delivery_notes: 'delivery_notes',
  credit_notes: 'credit_notes',
  orders: 'orders',
  work_reports: 'work_reports',
  supplier_orders: 'supplier_orders',
  self_invoices: 'self_invoices',
  self_supplier_invoices: 'self_invoices',
  self_own_invoices: 'self_invoices',
}

const families: Record<string, string> = {
  received_documents: 'received_documents',
  receipts: 'receipts',
  taxes: 'taxes',
  cashbook: 'cashbook',
  archive_documents: 'archive',
  products: 'products',
  'entities.clients': 'entity.clients',
  'entities.suppliers': 'entity.suppliers',
}

function eventType(shortName: string, ...scopes: string[]): EventType {
  return { type: eventTypePrefix + shortName, scopes }
}

/** Every event type that a subscription can hold: 75 of them. */
export const eventTypes: readonly EventType[] = [
  ...Object.entries(documentKinds).flatMap(([kind, scope]) =>
    documentActions.map((action) =>
      eventType(`issued_documents.${kind}.${action}`, `issued_documents.${scope}`),
    ),
  ),
  eventType(
    'issued_documents.e_invoices.status_update',
    'issued_documents.invoices',
    'issued_documents.credit_notes',
  ),
  ...Object.entries(families).flatMap(([family, scope]) =>
    changes.map((change) => eventType(`${family}.${change}`, scope)),
  ),
  eventType('received_documents.e_invoices.receive', 'received_documents'),
  eventType('products.stock_update', 'products', 'stock'),
]

/** The seven group types; Fatture in Cloud explodes them when a subscription is made. */
export const groupTypes: readonly GroupType[] = [
  ...documentActions.map((action) => ({
    type: `${eventTypePrefix}issued_documents.all.${action}`,
    members: Object.keys(documentKinds).map((kind) => `${eventTypePrefix}issued_documents.${kind}.${action}`),
  })),
  ...changes.map((change) => ({
    type: `${eventTypePrefix}entities.all.${change}`,
    members: ['clients', 'suppliers'].map((kind) => `${eventTypePrefix}entities.${kind}.${change}`),
  })),
]

const byType = new Map(eventTypes.map((entry) => [entry.type, entry]))
const groupsByType = new Map(groupTypes.map((entry) => [entry.type, entry]))

/** The entry of an event type that we know, by its long or short name. */
export function findEventType(name: string): EventType | undefined {
  return byType.get(toLongName(name))
}

/** The entry of a group type, by its long or short name. */
export function findGroupType(name: string): GroupType | undefined {
  return groupsByType.get(toLongName(name))
}

/** Adds the prefix where it was left out. */
export function toLongName(name: string): string {
  return name.startsWith(eventTypePrefix) ? name : eventTypePrefix + name
}

/** Takes the prefix off, for people. A type of somebody else stays as it is. */
export function toShortName(type: string): string {
  return type.startsWith(eventTypePrefix) ? type.slice(eventTypePrefix.length) : type
}

/** Event types in full from a list of short, long and group names: groups exploded, doubles dropped, order kept. */
export function explodeTypes(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => findGroupType(name)?.members ?? [toLongName(name)]))]
}

/**
 * The event types that a name stands for, in full: a type or group type, or a run of the parts between dots, as in
 * filters: `invoices.create`, `products.*`. Empty if there is none.
 */
export function findEventTypes(name: string): string[] {
  if (name === '') return []
  const group = findGroupType(name)
  if (group) return [...group.members]
  if (findEventType(name)) return [toLongName(name)]
  const pattern = toTypePattern(name)
  return eventTypes.map(({ type }) => type).filter((type) => `.${type}.`.includes(pattern))
}

/** What an event type with a dot on both sides contains if this run of parts, which may end in `*`, means it. */
export function toTypePattern(name: string): string {
  const run = name.replace(/\.?\*$/, '')
  if (run === '') return ''
  return name.endsWith('*') && !name.endsWith('.*') ? `.${run}` : `.${run}.`
}

/**
 * Whether an event type is meant by a name as a person writes it: short or long, a group type, or ending in `*`.
 * `issued_documents.*` means every type that begins so.
 */
export function matchesType(type: string, name: string): boolean {
  const long = toLongName(name)
  if (long.endsWith('*')) return type.startsWith(long.slice(0, -1))
  return type === long || (groupsByType.get(long)?.members.includes(type) ?? false)
}
