/** Decides which receivers a check may ask, and with what they are asked. Pure. */

import type { ForwardRule, RunningSettings } from '../contract/api.ts'
import { FicDevError } from '../errors.ts'
import { isLoopback } from '../http/loopback.ts'
import { readUrl, showUrl } from '../http/url.ts'
import { eventTypes, explodeTypes, matchesType, toLongName } from '../fic/event-types.ts'

export interface CheckTarget {
  url: URL
  /** Configured for this target. */
  headers: Record<string, string>
  /** In full; a type that the target is meant to take. */
  eventType: string
}

const usualType = toLongName('issued_documents.invoices.create')

/** The configured targets, the headers of every delivery, and whether questions are answered with yes. */
export interface CheckSettings extends Pick<RunningSettings, 'forwardTo' | 'headers'> {
  yes: boolean
}

/**
 * The address that a person named, else all configured ones. Some cases are what an attacker would send, so others
 * than this machine and the configured targets are asked only after a yes.
 * @throws FicDevError USAGE
 */
export function findCheckTargets(named: string | undefined, settings: CheckSettings): CheckTarget[] {
  if (named !== undefined) return [readNamed(named, settings)]
  const urls = new Map(settings.forwardTo.map((rule) => [rule.url, rule]))
  if (urls.size > 0) return [...urls.values()].map((rule) => toTarget(new URL(rule.url), rule, settings))
  throw new FicDevError('USAGE', 'There is no receiver to check.', {
    hint: 'Name your webhook route: fic-dev check http://localhost:3000/webhooks',
  })
}

function readNamed(named: string, settings: CheckSettings): CheckTarget {
  const reading = readUrl(named)
  if ('problem' in reading) {
    throw new FicDevError('USAGE', `${showUrl(named)} ${reading.problem}.`, {
      hint: 'Example: fic-dev check http://localhost:3000/webhooks',
    })
  }
  const { url } = reading
  const rule = settings.forwardTo.find((entry) => new URL(entry.url).href === url.href)
  if (rule || isLoopback(url.hostname) || settings.yes) return toTarget(url, rule, settings)
  throw new FicDevError('USAGE', `${url.origin} is neither this machine nor a configured target.`, {
    hint: 'check sends forged notifications, too. If that receiver is yours, add --yes.',
  })
}

function toTarget(url: URL, rule: ForwardRule | undefined, { headers }: CheckSettings): CheckTarget {
  return { url, headers: { ...headers, ...rule?.headers }, eventType: typeFor(rule?.types ?? []) }
}

/** The usual type where the rule takes it, else the first that it takes. */
function typeFor(names: readonly string[]): string {
  const takes = (type: string) => names.length === 0 || names.some((name) => matchesType(type, name))
  if (takes(usualType)) return usualType
  return eventTypes.find(({ type }) => takes(type))?.type ?? explodeTypes(names)[0] ?? usualType
}
