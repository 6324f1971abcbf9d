/** Reads the answers of Fatture in Cloud's API: from anything to a value, or `null` when it is something else. */

import type { Subscription } from './api.ts'
import { membersOf } from './api-refusal.ts'

/** The subscription at `data`. */
export function readSubscription(body: unknown): Subscription | null {
  return toSubscription(membersOf(body)['data'])
}

/** The subscriptions at `data`. */
export function readSubscriptions(body: unknown): Subscription[] | null {
  const { data } = membersOf(body)
  if (!Array.isArray(data)) return null
  const subscriptions = data.map(toSubscription)
  return subscriptions.every((subscription) => subscription !== null) ? subscriptions : null
}

/** The sentences at `warnings`; none when the member is missing or `null`. */
export function readWarnings(body: unknown): string[] {
  const { warnings } = membersOf(body)
  return Array.isArray(warnings) ? warnings.map(String) : []
}

/** The companies at `data.companies`, controlled ones included. Their access tokens are not read (docs/protocol.md#9-the-resource-behind-an-id). */
export function readCompanies(body: unknown): { id: number; name: string }[] | null {
  const { companies } = membersOf(membersOf(body)['data'])
  if (!Array.isArray(companies)) return null
  return companies
    .flatMap((company) => [company, membersOf(company)['controlled_companies'] ?? []].flat())
    .map(membersOf)
    .filter(({ id }) => typeof id === 'number')
    .map(({ id, name }) => ({ id: Number(id), name: String(name ?? '') }))
}

function toSubscription(value: unknown): Subscription | null {
  const { id, sink, verified, types, config } = membersOf(value)
  if (typeof id !== 'string' || typeof sink !== 'string') return null
  return {
    id,
    sink,
    verified: verified === true,
    types: Array.isArray(types) ? types.filter((type) => typeof type === 'string') : [],
    mapping: membersOf(config)['mapping'] === 'structured' ? 'structured' : 'binary',
  }
}
