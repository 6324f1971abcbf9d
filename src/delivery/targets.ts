/** Which target a notification goes to, and which targets a person may name for a replay. Pure. */

import { FicDevError } from '../errors.ts'
import { matchesType } from '../fic/event-types.ts'

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
  const url = URL.canParse(to) ? new URL(to) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new FicDevError('REPLAY_TARGET', `"${to}" is not an http(s) URL.`, {
      hint: 'Example: http://localhost:3000/webhooks',
    })
  }
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

/** Whether a URL's host is this machine, by its name or address as WHATWG URLs write it; no DNS is asked. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** The port of a URL, the scheme's own where none is written. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}
