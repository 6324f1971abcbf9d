/** Counts: the latest minutes by outcome, and which event types were seen and answered. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { CoverageAnswer, CoverageEntry, HistogramAnswer } from '../../contract/board.ts'
import { eventTypes, toShortName, welcomeType } from '../../fic/event-types.ts'
import type { TypeCount } from '../../store/board.ts'
import { toFilter } from '../filter-query.ts'
import type { InspectorParts } from '../parts.ts'
import { closed } from '../schemas.ts'

const HistogramQuery = closed({
  minutes: Type.Integer({ minimum: 1, maximum: 1440, default: 60 }),
  q: Type.Optional(Type.String()),
})

export function boardRoutes({
  store,
  heldTypes,
}: Pick<InspectorParts, 'store' | 'heldTypes'>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/histogram',
      { schema: { summary: 'Notifications per minute, by outcome', querystring: HistogramQuery } },
      async ({ query: { minutes, q } }): Promise<HistogramAnswer> => {
        const now = new Date()
        const filter = toFilter(q === undefined ? {} : { q }, now)
        return { buckets: await store.board.histogram(filter, minutes, now) }
      },
    )

    app.get(
      '/api/coverage',
      { schema: { summary: 'Event types: subscribed, seen, answered well' } },
      async (): Promise<CoverageAnswer> => ({
        items: toCoverage(heldTypes(), await store.board.typeCounts()),
      }),
    )
  }
}

/** Known types in their usual order, then those that nobody knew of; not the welcome, which nobody subscribes to. */
function toCoverage(held: string[], counts: TypeCount[]): CoverageEntry[] {
  const isHeld = new Set(held)
  const countOf = new Map(counts.map((count) => [count.type, count]))
  const types = new Set([...eventTypes.map(({ type }) => type), ...held, ...countOf.keys()])
  types.delete(welcomeType)
  return [...types].map((type) => {
    const count = countOf.get(type)
    return {
      type,
      shortName: toShortName(type),
      held: isHeld.has(type),
      seen: count?.seen ?? 0,
      answered: count?.answered ?? 0,
      lastSeq: count?.lastSeq ?? null,
      lastAt: count?.lastAt.toISOString() ?? null,
      lastOutcome: count?.lastOutcome ?? null,
    }
  })
}
