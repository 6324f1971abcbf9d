/** The resources behind the ids of a notification, fetched when asked for; kept only where the user wants it. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { ResourceEntry, ResourcesAnswer } from '../../contract/api.ts'
import { FicDevError } from '../../errors.ts'
import type { InspectorParts } from '../parts.ts'
import { closed, SeqParams } from '../schemas.ts'

/** An import in Fatture in Cloud can send hundreds of ids, and the quota is small (docs/protocol.md#7-api-error-responses). */
const mostAtOnce = 20

const ResourcesQuery = closed({ offset: Type.Integer({ minimum: 0, default: 0 }) })

export function resourceRoutes({
  store,
  resources,
  keepsResources,
}: Pick<InspectorParts, 'store' | 'resources' | 'keepsResources'>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/notifications/:seq/resources',
      {
        schema: {
          summary: 'The resources behind the ids, fetched from Fatture in Cloud',
          params: SeqParams,
          querystring: ResourcesQuery,
        },
      },
      async ({ params: { seq }, query: { offset } }): Promise<ResourcesAnswer> => {
        const notification = store.notification(seq)
        if (!notification) throw new FicDevError('NOT_FOUND', `There is no notification ${seq}.`)
        const { eventType, company, ids } = notification
        const reader = resources()
        const kept = store.keptResources(seq)
        if (!reader && kept.size === 0) throw noToken()
        const some = ids.slice(offset, offset + mostAtOnce)
        const isAbout = eventType !== null && company !== null
        const read = isAbout && reader ? await reader.read(eventType, company, some) : []
        if (keepsResources) await store.keepResources(seq, read.filter(isWorthKeeping))
        const items = reader ? read : some.flatMap((id) => kept.get(JSON.stringify(id)) ?? [])
        const next = offset + some.length
        return {
          seq,
          items,
          total: ids.length,
          nextOffset: next < ids.length && some.length > 0 ? next : null,
          rateLimits: reader?.rateLimits() ?? {},
          retryAt: reader?.holdUntil()?.toISOString() ?? null,
        }
      },
    )
  }
}

/** A refusal or a wait says nothing about the resource. */
function isWorthKeeping({ data }: ResourceEntry): boolean {
  return data !== null
}

function noToken(): FicDevError {
  return new FicDevError('TOKEN_MISSING', 'fic-dev has no token to fetch resources with.', {
    hint: 'Set FIC_ACCESS_TOKEN, or start with --emulator.',
  })
}
