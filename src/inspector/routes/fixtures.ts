/** Fixtures for somebody's tests: the newest genuine notification of each event type that was seen. */

import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { matchesType } from '../../fic/event-types.ts'
import { toFixture } from '../fixture.ts'
import type { InspectorParts } from '../parts.ts'
import { choice, closed } from '../schemas.ts'

const FixturesQuery = closed({
  /** An event type or group type, short or long; a `*` at the end stands for any rest. */
  type: Type.String({ minLength: 1, default: '*' }),
  tokens: Type.Unsafe<'replace' | 'keep'>({ ...choice(['replace', 'keep']), default: 'replace' }),
})

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
    app.get(
      '/api/fixtures',
      {
        schema: {
          summary: 'The newest genuine notification of each event type, for tests (NDJSON)',
          querystring: FixturesQuery,
        },
      },
      async ({ query }, reply) =>
        reply
          .type('application/x-ndjson')
          .header('content-disposition', 'attachment; filename="fixtures.ndjson"')
          .send(Readable.from(lines(query.type, query.tokens === 'keep'))),
    )
  }
}
