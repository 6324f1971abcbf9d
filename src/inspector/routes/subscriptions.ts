/** The subscriptions at Fatture in Cloud. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { FicDevError } from '../../errors.ts'
import {
  SubscriptionCreationBody,
  SubscriptionParams,
  SubscriptionRemovalQuery,
  SubscriptionUpdateBody,
  SubscriptionVerificationBody,
} from '../schemas.ts'
import type { InspectorParts } from '../server.ts'

export function subscriptionRoutes(parts: InspectorParts): FastifyPluginAsyncTypebox {
  const params = SubscriptionParams
  return async (app) => {
    app.get('/api/subscriptions', async () => ({ items: await service().list() }))

    app.post('/api/subscriptions', { schema: { body: SubscriptionCreationBody } }, async ({ body }) => {
      if (body.sink !== undefined) demandUrl(body.sink)
      return service().create(body)
    })

    app.post('/api/subscriptions/restore', async () => ({ items: await service().restore() }))

    app.get('/api/subscriptions/:id', { schema: { params } }, async ({ params: { id } }) =>
      service().show(id),
    )

    app.put(
      '/api/subscriptions/:id',
      { schema: { params, body: SubscriptionUpdateBody } },
      async ({ params: { id }, body }) => {
        if (body.sink !== undefined) demandUrl(body.sink)
        return service().update(id, body)
      },
    )

    app.post(
      '/api/subscriptions/:id/verify',
      { schema: { params, body: SubscriptionVerificationBody } },
      async ({ params: { id }, body }) => service().verify(id, body),
    )

    app.delete(
      '/api/subscriptions/:id',
      { schema: { params, querystring: SubscriptionRemovalQuery } },
      async ({ params: { id }, query }, reply) => {
        await service().remove(id, query)
        return reply.code(204).send()
      },
    )
  }

  function service() {
    const subscriptions = parts.subscriptions()
    if (subscriptions) return subscriptions
    throw new FicDevError(
      'TOKEN_MISSING',
      'fic-dev has no token and company, so it does not know the subscriptions.',
      { hint: 'Set FIC_ACCESS_TOKEN and FIC_COMPANY_ID, or start with --emulator.' },
    )
  }
}

function demandUrl(sink: string): void {
  if (URL.canParse(sink) && /^https?:$/.test(new URL(sink).protocol)) return
  throw new FicDevError('BAD_REQUEST', `The sink "${sink}" is not an http(s) URL.`, {
    hint: 'Example: https://example.com/webhooks',
  })
}
