/** Fixtures for somebody's tests: the newest genuine notification of each event type that was seen. */

import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { matchesType } from '../../fic/event-types.ts'
import { toFixture } from '../fixture.ts'
import { FixturesQuery } from '../schemas.ts'
import type { InspectorParts } from '../server.ts'

export function fixtureRoutes({ store }: Pick<InspectorParts, 'store'>): FastifyPluginAsyncTypebox {
  async function* lines(wanted: string, keepToken: boolean): AsyncGenerator<string> {
    const counts = (await store.board.typeCounts())
      .filter(({ type }) => matchesType(type, wanted))
      .toSorted((one, other) => (one.type < other.type ? -1 : 1))
    for (const { lastSeq } of counts) {
      // Each is read when its turn comes, so it may be gone by then.
      const notification = store.notification(lastSeq)
      const body = store.body(lastSeq)
      if (notification && body) yield `${JSON.stringify(toFixture(notification, body, { keepToken }))}\n`
    }
  }

  return async (app) => {
    app.get('/api/fixtures', { schema: { querystring: FixturesQuery } }, async ({ query }, reply) =>
      reply
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="fixtures.ndjson"')
        .send(Readable.from(lines(query.type, query.tokens === 'keep'))),
    )
  }
}
