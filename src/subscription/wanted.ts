/** Reads the configured names of event types into what a subscription should hold. Pure. */

import {
  eventTypes,
  explodeTypes,
  findEventType,
  matchesType,
  toShortName,
  welcomeType,
} from '../fic/event-types.ts'

export interface WantedTypes {
  /** In full, groups exploded. */
  types: string[]
  /** None were configured, so every type is wanted that Fatture in Cloud is willing to give. */
  isEverything: boolean
  /** What is odd about the names, in words: none of it keeps the rest from being asked for. */
  warnings: string[]
}

/** Names may be short, long, of a group, or end in `*`; none at all means every event type. */
export function readWantedTypes(names: readonly string[]): WantedTypes {
  if (names.length === 0) {
    return { types: eventTypes.map(({ type }) => type), isEverything: true, warnings: [] }
  }
  const warnings: string[] = []
  const types = new Set<string>()
  for (const name of new Set(names)) {
    for (const type of expand(name, warnings)) types.add(type)
  }
  return { types: [...types], isEverything: false, warnings }
}

function expand(name: string, warnings: string[]): string[] {
  if (name.endsWith('*')) {
    const matching = eventTypes.map(({ type }) => type).filter((type) => matchesType(type, name))
    if (matching.length === 0) warnings.push(`${name} matches no known event type.`)
    return matching
  }
  const types = explodeTypes([name])
  if (types.includes(welcomeType)) {
    warnings.push(
      `${toShortName(welcomeType)} needs no subscription: Fatture in Cloud sends it after a verification.`,
    )
    return []
  }
  for (const type of types.filter((type) => findEventType(type) === undefined)) {
    warnings.push(`fic-dev does not know the event type ${toShortName(type)}; it is requested anyway.`)
  }
  return types
}
