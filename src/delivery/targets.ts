/** Which target a notification goes to, and which targets a person may name for a replay. Pure. */

import { FicDevError } from '../errors.ts'
import { matchesType } from '../fic/event-types.ts'
import { isLoopback } from '../http/loopback.ts'
import { portOf, readUrl, showUrl } from '../http/url.ts'

/** One entry of `forwardTo`. */
export interface Target {
  /** Short, long or group names, or ending in `*`; empty: every type. */
  types: string[]
  url: string
  /** Set on each delivery. */
  headers: Record<string, string>
}

/** The first match wins; `null` when no target wants this type. */
export function findTarget(targets: readonly Target[], eventType: string | null): Target | null {
  return targets.find(({ types }) => types.length === 0 || wants(types, eventType)) ?? null
}

/** The configured headers of a delivery to an address; entries that share one may each have their own. */
export function headersFor(
  targets: readonly Target[],
  url: URL,
  eventType: string | null,
): Record<string, string> {
  const sharing = targets.filter((target) => new URL(target.url).href === url.href)
  return (findTarget(sharing, eventType) ?? sharing[0])?.headers ?? {}
}

function wants(types: string[], eventType: string | null): boolean {
  return eventType !== null && types.some((name) => matchesType(eventType, name))
}

/**
 * The address that a person asked a replay to go to: a configured target, or this machine. Anything else would let a
 * page make us send signed requests into networks that only this machine sees.
 * @throws FicDevError REPLAY_TARGET
 */
export function checkReplayTarget(to: string, targets: readonly Target[], ownPorts: readonly number[]): URL {
  const reading = readUrl(to)
  if ('problem' in reading) {
    throw new FicDevError('REPLAY_TARGET', `${showUrl(to)} ${reading.problem}.`, {
      hint: 'Example: http://localhost:3000/webhooks',
    })
  }
  const { url } = reading
  const configured = targets.some((target) => new URL(target.url).href === url.href)
  if (!configured && !isLoopback(url.hostname)) {
    throw new FicDevError('REPLAY_TARGET', `${url.origin} is neither a configured target nor this machine.`, {
      hint: 'Add it to forwardTo in fic-dev.config.ts, or replay to a localhost address.',
    })
  }
  if (isLoopback(url.hostname) && ownPorts.includes(portOf(url))) {
    throw new FicDevError('REPLAY_TARGET', `${url.host} is fic-dev itself.`, {
      hint: 'Name the address of your app.',
    })
  }
  return url
}
