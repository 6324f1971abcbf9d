/** The subscriptions at Fatture in Cloud. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type {
  SubscriptionCreation,
  SubscriptionUpdate,
  SubscriptionVerification,
} from '../../contract/api.ts'
import { verificationMethods } from '../../contract/vocabulary.ts'
import { FicDevError } from '../../errors.ts'
import type { InspectorParts } from '../parts.ts'
import { bodyOf, choice, closed, mapping } from '../schemas.ts'

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

const verificationMethod = Type.Optional(choice(verificationMethods))
const anothers = Type.Optional(Type.Boolean())
const creation = {
  sink: Type.Optional(Type.String({ minLength: 1 })),
  types: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })),
  mapping: Type.Optional(mapping),
  verificationMethod,
}

const CreationBody = bodyOf<SubscriptionCreation>()(creation)
const UpdateBody = bodyOf<SubscriptionUpdate>()({ ...creation, anothers })
const VerificationBody = bodyOf<SubscriptionVerification>()({ verificationMethod, anothers })
const RemovalQuery = closed({ anothers })

export function subscriptionRoutes(parts: Pick<InspectorParts, 'subscriptions'>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/subscriptions',
      { schema: { summary: 'All subscriptions at Fatture in Cloud, and whose they are' } },
      async () => ({ items: await service().list() }),
    )

    app.post(
      '/api/subscriptions',
      { schema: { summary: 'Make a subscription', body: CreationBody } },
      async ({ body }) => {
        if (body.sink !== undefined) demandUrl(body.sink)
        return service().create(body)
      },
    )

    app.post(
      '/api/subscriptions/restore',
      { schema: { summary: 'Give back what was taken over' } },
      async () => ({ items: await service().restore() }),
    )

    app.get(
      '/api/subscriptions/:id',
      { schema: { summary: 'One subscription', params } },
      async ({ params: { id } }) => service().show(id),
    )

    app.put(
      '/api/subscriptions/:id',
      { schema: { summary: 'Change a subscription', params, body: UpdateBody } },
      async ({ params: { id }, body }) => {
        if (body.sink !== undefined) demandUrl(body.sink)
        return service().update(id, body)
      },
    )

    app.post(
      '/api/subscriptions/:id/verify',
      {
        schema: {
          summary: 'Have Fatture in Cloud send a challenge, within the budget',
          params,
          body: VerificationBody,
        },
      },
      async ({ params: { id }, body }) => service().verify(id, body),
    )

    app.delete(
      '/api/subscriptions/:id',
      { schema: { summary: 'Delete a subscription', params, querystring: RemovalQuery } },
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
