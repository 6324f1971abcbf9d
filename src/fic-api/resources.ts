/** Reads the resources behind the ids of a notification. Nothing is stored: a short memory spares requests. */

import type { ResourceEntry } from '../contract/api.ts'
import { createFicCaller, type FicCallerOptions } from './call.ts'
import { FicApiError } from './error.ts'
import { membersOf } from './refusal.ts'
import { toShortName } from '../fic/event-types.ts'
import { resourcePlaces, type ResourcePlace } from './resource-places.ts'

type Id = number | string

export interface ResourceReader {
  /**
   * One entry for each id, in order; what goes wrong with one of them is said in its entry.
   * @throws FicDevError TOKEN_REJECTED, which would be said of every one of them
   */
  read(eventType: string, company: number, ids: readonly Id[]): Promise<ResourceEntry[]>
  /** `RateLimit-*` headers of the latest answer that had them. */
  rateLimits(): Record<string, string>
  /** Fatture in Cloud asked us not to come before then. */
  holdUntil(): Date | null
}

export interface ResourceReaderOptions extends FicCallerOptions {
  now?: () => Date
}

const rememberedMs = 30_000
const mostRemembered = 500
/** Under way at a time. */
const concurrency = 4

export function createResourceReader({
  now = () => new Date(),
  ...options
}: ResourceReaderOptions): ResourceReader {
  const call = createFicCaller(options)
  const remembered = new Map<string, { entry: ResourceEntry; untilMs: number }>()
  let rateLimits: Record<string, string> = {}
  let holdUntil: Date | null = null

  const isHeld = () => holdUntil !== null && holdUntil > now()

  async function readOne(eventType: string, company: number, id: Id): Promise<ResourceEntry> {
    const key = JSON.stringify([eventType, company, id])
    const known = remembered.get(key)
    if (known !== undefined && known.untilMs > now().getTime()) return known.entry
    const places = resourcePlaces(eventType, company, id)
    if (places.length === 0) return unanswered(id, 'missing', `${toShortName(eventType)} has no resource.`)
    if (isHeld()) return unanswered(id, 'waiting', sayWait(holdUntil))
    const entry = await find(eventType, id, places)
    if (entry.outcome === 'found' || entry.outcome === 'deleted') remember(key, entry)
    return entry
  }

  async function find(eventType: string, id: Id, places: ResourcePlace[]): Promise<ResourceEntry> {
    for (const { place, path } of places) {
      try {
        const data = await get(path + queryFor(eventType))
        return toFound(id, data, { place, path }, now())
      } catch (thrown) {
        if (!(thrown instanceof FicApiError)) throw thrown
        if (thrown.status !== 404) return toRefused(id, thrown)
      }
    }
    return { ...toAbsent(eventType, id, places), askedAt: now().toISOString() }
  }

  async function get(path: string): Promise<unknown> {
    return call(
      `read ${path}`,
      (sdk, options) => sdk.get(path, options),
      (body, limits) => {
        if (Object.keys(limits).length > 0) rateLimits = limits
        return membersOf(body)['data'] ?? null
      },
    )
  }

  function toRefused(id: Id, error: FicApiError): ResourceEntry {
    if (error.status === 401) throw error
    if (Object.keys(error.rateLimits).length > 0) rateLimits = error.rateLimits
    if (error.retryAfterMs !== null) holdUntil = new Date(now().getTime() + error.retryAfterMs)
    const says = [error.message, error.hint].filter((part) => part !== undefined).join(' ')
    const isRefused = error.status === 403 && !error.isTemporary
    const outcome = isRefused ? 'refused' : error.retryAfterMs === null ? 'failed' : 'waiting'
    return { ...unanswered(id, outcome, says), askedAt: now().toISOString() }
  }

  function remember(key: string, entry: ResourceEntry): void {
    // The newest stands last, so that the oldest is forgotten first.
    remembered.delete(key)
    remembered.set(key, { entry, untilMs: now().getTime() + rememberedMs })
    const [oldest] = remembered.keys()
    if (remembered.size > mostRemembered && oldest !== undefined) remembered.delete(oldest)
  }

  return {
    async read(eventType, company, ids) {
      const entries: ResourceEntry[] = []
      for (let from = 0; from < ids.length; from += concurrency) {
        const some = ids.slice(from, from + concurrency)
        entries.push(...(await Promise.all(some.map((id) => readOne(eventType, company, id)))))
      }
      return entries
    },
    rateLimits: () => rateLimits,
    holdUntil: () => (isHeld() ? holdUntil : null),
  }
}

/** What an e-invoice has become is left out of the short form (docs/protocol.md#9-the-resource-behind-an-id). */
function queryFor(eventType: string): string {
  return eventType.endsWith('.e_invoices.status_update') ? '?fieldset=detailed' : ''
}

const found = {
  active: { outcome: 'found', says: 'As it is now.' },
  pending: { outcome: 'found', says: 'Received, and waits to be registered.' },
  bin: { outcome: 'deleted', says: 'Deleted; this is what lies in the bin.' },
} as const

function toFound(id: Id, data: unknown, { place, path }: ResourcePlace, at: Date): ResourceEntry {
  return { id, ...found[place], place, path, data, askedAt: at.toISOString() }
}

/** Nowhere to be found: after a deletion that is as it should be. */
function toAbsent(eventType: string, id: Id, places: readonly ResourcePlace[]): ResourceEntry {
  if (!eventType.endsWith('.delete')) {
    return unanswered(id, 'missing', 'Not found (404): it was deleted since, or is of another company.')
  }
  const inBin = places.some(({ place }) => place === 'bin')
  return unanswered(id, 'deleted', inBin ? 'Deleted, and not in the bin (404).' : 'Deleted (404).')
}

function unanswered(id: Id, outcome: ResourceEntry['outcome'], says: string): ResourceEntry {
  return { id, outcome, place: null, path: null, data: null, says, askedAt: null }
}

function sayWait(until: Date | null): string {
  return `Not asked: Fatture in Cloud wants no request before ${until?.toISOString() ?? 'later'}.`
}
