/** What a detail shows beside the notification itself: its twins, and what a replay would send. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ReplayBody, SeqParams } from '../schemas.ts'
import type { InspectorParts } from '../server.ts'

export function detailRoutes({ store, preview }: InspectorParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/api/notifications/:seq/twins', { schema: { params: SeqParams } }, async ({ params }) => ({
      items: store.twins(params.seq),
    }))

    app.post(
      '/api/notifications/:seq/preview',
      { schema: { params: SeqParams, body: ReplayBody } },
      async ({ params, body }) => preview(params.seq, body),
    )
  }
}
