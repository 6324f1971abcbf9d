/** Explains a token: one that is given, or the one that a notification came with. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { TokenExplanation, TokenRequest } from '../../contract/api.ts'
import type { Notification } from '../../contract/notification.ts'
import { FicDevError } from '../../errors.ts'
import { findAmbiguities, withAmbiguities } from '../../fic/ambiguity.ts'
import { readBearerToken } from '../../fic/bearer-token.ts'
import { explainToken, readPastedToken, type ComparedNotification } from '../../fic/signature/explain.ts'
import { toPlainMessage } from '../../http/body.ts'
import type { InspectorParts } from '../parts.ts'
import { bodyOf } from '../schemas.ts'

const TokenBody = bodyOf<TokenRequest>()({
  token: Type.Optional(Type.String({ minLength: 1 })),
  notification: Type.Optional(Type.Integer({ minimum: 1 })),
})

export function tokenRoutes(
  parts: Pick<InspectorParts, 'store' | 'verify' | 'audiences' | 'sinkPath'>,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/api/token',
      { schema: { summary: 'What a token says, claim by claim', body: TokenBody } },
      async ({ body }): Promise<TokenExplanation> => {
        const notification = body.notification === undefined ? null : find(body.notification)
        if (body.token === undefined && notification === null) throw nothingGiven()
        const token =
          body.token === undefined
            ? readBearerToken(notification?.headers ?? []).token
            : readPastedToken(body.token)
        const explanation = await explainToken(token, {
          verify: parts.verify,
          audiences: parts.audiences(),
          // That of the hub, where it came to one.
          sinkPath: notification === null ? parts.sinkPath : sinkPathOf(notification),
          notification: notification && toCompared(notification),
          now: new Date(),
        })
        const isItsOwn = notification !== null && body.token === undefined
        const { outcome, header, payload, claims, problems, notes } = withAmbiguities(
          explanation,
          isItsOwn ? ambiguitiesOf(notification) : [],
        )
        return { outcome, notification: notification?.seq ?? null, header, payload, claims, problems, notes }
      },
    )
  }

  function find(seq: number): Notification {
    const notification = parts.store.notification(seq)
    if (notification) return notification
    throw new FicDevError('NOT_FOUND', `There is no notification ${seq}.`)
  }

  function ambiguitiesOf({ seq, headers, path }: Notification): string[] {
    const { body } = toPlainMessage({ headers, body: parts.store.body(seq) ?? Buffer.alloc(0) })
    return findAmbiguities({ headers, path, body })
  }
}

function toCompared({ kind, cloudEvent, receivedAt }: Notification): ComparedNotification {
  return {
    kind,
    id: cloudEvent?.id ?? null,
    subject: cloudEvent?.subject ?? null,
    receivedAt: new Date(receivedAt),
  }
}

function nothingGiven(): FicDevError {
  return new FicDevError('BAD_REQUEST', 'Neither a token nor a notification was given.', {
    hint: 'Example: { "notification": 12 }',
  })
}

/** The secret with its slash: a proxy may have stripped what the audience has before it, or not. */
function sinkPathOf({ path }: Pick<Notification, 'path'>): string {
  const received = path.split('?', 1)[0] ?? ''
  return received.slice(received.lastIndexOf('/'))
}
