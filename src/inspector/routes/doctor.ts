/** Has the doctor look at everything, and streams what it finds: one JSON object a line, each as it comes. */

import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { DoctorMessage } from '../../contract/doctor.ts'
import { FicDevError, messageOf, toErrorJson } from '../../errors.ts'
import type { InspectorParts } from '../parts.ts'

/** A POST: the targets are sent a challenge and a notification. */
export function doctorRoutes({
  examine,
  log,
}: Pick<InspectorParts, 'examine' | 'log'>): FastifyPluginAsyncTypebox {
  async function* lines(messages: AsyncIterable<DoctorMessage>): AsyncGenerator<string> {
    try {
      for await (const message of messages) yield toLine(message)
    } catch (thrown) {
      // The answer has begun, so it is too late for a status.
      log.error({ reason: messageOf(thrown) }, 'the doctor failed')
      yield toLine({ type: 'broken', error: toErrorJson(thrown) })
    }
  }

  return async (app) => {
    app.post(
      '/api/doctor',
      { schema: { summary: 'Run the checks of the doctor and stream one finding per line (NDJSON)' } },
      async (_request, reply) => {
        const messages = examine()
        if (messages === null) {
          throw new FicDevError('NO_DAEMON', 'This route needs a running fic-dev.', {
            hint: 'Without one, "fic-dev doctor" looks at the rest.',
          })
        }
        return reply.type('application/x-ndjson').send(Readable.from(lines(messages)))
      },
    )
  }
}

function toLine(message: DoctorMessage): string {
  return `${JSON.stringify(message)}\n`
}
