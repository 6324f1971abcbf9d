/** Decides which of the wanted types a subscription gets, and words the warnings for the rest. Pure. */

import { eventTypes, groupTypes } from '../../fic/event-types.ts'
import type { Subscription } from './subscription.ts'

export interface Registration {
  types: string[]
  /** One sentence per type that is not registered (docs/protocol.md#1-subscriptions). */
  warnings: string[]
}

const scopesByType = new Map(eventTypes.map(({ type, scopes }) => [type, scopes]))
const membersByGroup = new Map(groupTypes.map(({ type, members }) => [type, members]))

/** Groups exploded, doubles dropped. Full names only: the API knows no short ones. */
function explode(wanted: readonly string[]): string[] {
  return [...new Set(wanted.flatMap((name) => membersByGroup.get(name) ?? [name]))]
}

/** The scopes that a token needs to ask for these types. */
export function scopesOf(wanted: readonly string[]): string[] {
  return [...new Set(explode(wanted).flatMap((type) => scopesByType.get(type) ?? []))]
}

/** `others`: the other subscriptions of the same company and application. */
export function registerTypes(wanted: readonly string[], others: readonly Subscription[]): Registration {
  const taken = new Set(others.flatMap((subscription) => subscription.types))
  const registration: Registration = { types: [], warnings: [] }
  for (const type of explode(wanted)) {
    if (!scopesByType.has(type)) registration.warnings.push(`The '${type}' event does not exist`)
    else if (taken.has(type)) {
      registration.warnings.push(`The '${type}' event is already registered for this application`)
    } else registration.types.push(type)
  }
  return registration
}
