/** The websocket with everything that happens. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { FicDevError } from '../../errors.ts'
import { view } from '../schemas.ts'
import type { Session } from '../session.ts'
import type { Stream } from '../stream.ts'

const StreamQuery = Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })), view })

export function streamRoutes(session: Session, stream: Pick<Stream, 'add'>): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.route({
      method: 'GET',
      url: '/api/stream',
      schema: {
        summary: 'Websocket: what was missed since `after`, then everything as it happens',
        querystring: StreamQuery,
      },
      wsHandler(socket, request) {
        const credential = session.credentialOf(request.headers)
        const mayRead = () => credential !== null && session.isValid(credential)
        const { after = null, view } = request.query
        stream.add(socket, request.raw.socket, { after, view, mayRead })
      },
      handler() {
        throw new FicDevError('BAD_REQUEST', 'The stream is a websocket; this request asks for none.')
      },
    })
  }
}
