/** Notifications: pages, one, its raw bytes, removal, replay. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { FicDevError } from '../../errors.ts'
import { withDecoded } from '../decoded.ts'
import { toFilter } from '../filter-query.ts'
import { writeListPage } from '../list-page.ts'
import { NotificationQuery, ReplayBody, SeqParams } from '../schemas.ts'
import type { InspectorParts } from '../server.ts'

export function notificationRoutes({ store, replay, publish }: InspectorParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/notifications',
      { schema: { querystring: NotificationQuery } },
      async ({ query: { limit, view, ...asked } }, reply) => {
        const page = await writeListPage(store, toFilter(asked, new Date()), { limit, view })
        return reply.type('application/json; charset=utf-8').send(page)
      },
    )

    app.get('/api/notifications/:seq', { schema: { params: SeqParams } }, async ({ params }) => {
      const notification = store.notification(params.seq) ?? notFound(params.seq)
      return withDecoded(notification, store.body(params.seq) ?? notFound(params.seq))
    })

    app.get('/api/notifications/:seq/body', { schema: { params: SeqParams } }, async ({ params }, reply) => {
      const body = store.body(params.seq) ?? notFound(params.seq)
      // Bytes from a stranger: never something that a browser would show or run.
      return reply.type('application/octet-stream').header('content-disposition', 'attachment').send(body)
    })

    app.delete('/api/notifications', async (_request, reply) => {
      const upTo = await store.removeAll()
      publish({ type: 'removed', seq: null, upTo })
      return reply.code(204).send()
    })

    app.delete('/api/notifications/:seq', { schema: { params: SeqParams } }, async ({ params }, reply) => {
      if (!(await store.remove(params.seq))) notFound(params.seq)
      publish({ type: 'removed', seq: params.seq })
      return reply.code(204).send()
    })

    app.post(
      '/api/notifications/:seq/replay',
      { schema: { params: SeqParams, body: ReplayBody } },
      async ({ params, body }) => replay(params.seq, body),
    )
  }
}

function notFound(seq: number): never {
  throw new FicDevError('NOT_FOUND', `There is no notification ${seq}.`, {
    hint: 'It may have been removed, or pruned in favor of newer ones (--keep).',
  })
}
