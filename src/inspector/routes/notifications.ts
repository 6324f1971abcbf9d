/** Notifications: pages, one, its raw bytes, its twins, removal, replay. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { ReplayRequest } from '../../contract/api.ts'
import {
  notificationKinds,
  outcomes,
  replaySignatures,
  signatureOutcomes,
} from '../../contract/vocabulary.ts'
import { FicDevError } from '../../errors.ts'
import { withDecoded } from '../decoded.ts'
import { toFilter } from '../filter-query.ts'
import { writeListPage } from '../list-page.ts'
import type { InspectorParts } from '../parts.ts'
import { bodyOf, choice, closed, ids, mapping, SeqParams, view } from '../schemas.ts'

const time = Type.String({ format: 'date-time' })

const NotificationQuery = closed({
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  before: Type.Optional(Type.Integer()),
  after: Type.Optional(Type.Integer()),
  q: Type.Optional(Type.String()),
  kind: Type.Optional(choice(notificationKinds)),
  type: Type.Optional(Type.String()),
  signature: Type.Optional(choice(signatureOutcomes)),
  delivery: Type.Optional(choice(outcomes)),
  since: Type.Optional(time),
  until: Type.Optional(time),
  view,
})

const ReplayBody = bodyOf<ReplayRequest>()({
  to: Type.Optional(Type.String()),
  sign: Type.Optional(choice(replaySignatures)),
  mapping: Type.Optional(mapping),
  type: Type.Optional(Type.String({ minLength: 1 })),
  body: Type.Optional(Type.String()),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.Unsafe<string | null>({ type: ['string', 'null'] })),
  ),
  ids: Type.Optional(ids),
})

export function notificationRoutes({
  store,
  replay,
  preview,
  publish,
}: Pick<InspectorParts, 'store' | 'replay' | 'preview' | 'publish'>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/notifications',
      { schema: { summary: 'Notifications, newest first, by pages', querystring: NotificationQuery } },
      async ({ query: { limit, view, ...asked } }, reply) => {
        const page = await writeListPage(store, toFilter(asked, new Date()), { limit, view })
        return reply.type('application/json; charset=utf-8').send(page)
      },
    )

    app.get(
      '/api/notifications/:seq',
      { schema: { summary: 'One notification with all its deliveries', params: SeqParams } },
      async ({ params }) => {
        const notification = store.notification(params.seq) ?? notFound(params.seq)
        return withDecoded(notification, store.body(params.seq) ?? notFound(params.seq))
      },
    )

    app.get(
      '/api/notifications/:seq/body',
      { schema: { summary: 'The raw bytes of the body', params: SeqParams } },
      async ({ params }, reply) => {
        const body = store.body(params.seq) ?? notFound(params.seq)
        // Bytes from a stranger: never something that a browser would show or run.
        return reply.type('application/octet-stream').header('content-disposition', 'attachment').send(body)
      },
    )

    app.delete(
      '/api/notifications',
      { schema: { summary: 'Remove all notifications' } },
      async (_request, reply) => {
        const upTo = await store.removeAll()
        publish({ type: 'removed', seq: null, upTo })
        return reply.code(204).send()
      },
    )

    app.delete(
      '/api/notifications/:seq',
      { schema: { summary: 'Remove one notification', params: SeqParams } },
      async ({ params }, reply) => {
        if (!(await store.remove(params.seq))) notFound(params.seq)
        publish({ type: 'removed', seq: params.seq })
        return reply.code(204).send()
      },
    )

    app.post(
      '/api/notifications/:seq/replay',
      {
        schema: {
          summary: 'Send it again, changed or not; answers with the delivery',
          params: SeqParams,
          body: ReplayBody,
        },
      },
      async ({ params, body }) => replay(params.seq, body),
    )

    app.post(
      '/api/notifications/:seq/preview',
      {
        schema: { summary: 'What a replay would send; nothing is sent', params: SeqParams, body: ReplayBody },
      },
      async ({ params, body }) => preview(params.seq, body),
    )

    app.get(
      '/api/notifications/:seq/twins',
      { schema: { summary: 'Notifications with the same CloudEvents id', params: SeqParams } },
      async ({ params }) => ({
        items: store.twins(params.seq),
      }),
    )
  }
}

function notFound(seq: number): never {
  throw new FicDevError('NOT_FOUND', `There is no notification ${seq}.`, {
    hint: 'It may have been removed, or pruned in favor of newer ones (--keep).',
  })
}
