/** What is not a notification: the state of the parts, event types, keys, trigger, forwarding, links. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { EventTypeEntry, OpenLink, RevokeAnswer } from '../../contract/api.ts'
import { FicDevError } from '../../errors.ts'
import { eventTypes, findEventType, groupTypes, toShortName } from '../../fic/event-types.ts'
import { TargetsBody, TriggerBody } from '../schemas.ts'
import type { InspectorParts } from '../server.ts'
import type { Session } from '../session.ts'
import type { Stream } from '../stream.ts'

export function serviceRoutes(
  parts: InspectorParts,
  session: Session,
  stream: Pick<Stream, 'closeRefused'>,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/api/status', async () => parts.status())

    app.get('/api/settings', async () => parts.settings())

    app.get('/api/targets', async () => parts.targets())

    app.put('/api/targets', { schema: { body: TargetsBody } }, async ({ body, headers }) =>
      parts.nameTargets(body.targets, session.credentialOf(headers)?.by === 'page' ? 'page' : 'command line'),
    )

    app.get('/api/types', async () => ({ items: listTypes(parts.heldTypes()) }))

    app.get('/api/env', async () => parts.environment())

    app.get('/api/keys', async () => ({ items: parts.keys() }))

    app.post('/api/trigger', { schema: { body: TriggerBody } }, async ({ body }) => parts.trigger(body))

    app.post(
      '/api/forwarding',
      { schema: { body: Type.Object({ paused: Type.Boolean() }, { additionalProperties: false }) } },
      async ({ body }) => {
        parts.pause(body.paused)
        return { paused: body.paused }
      },
    )

    const answers = new Set<Promise<void>>()
    app.post('/api/stop', { schema: { body: StopBody } }, async ({ body }, { raw }) => {
      if (body.pid !== process.pid) throw anotherProcess(body.pid)
      answers.add(new Promise((resolve) => raw.once('close', resolve)))
      return parts.stop()
    })
    // Closing ends all connections, and the answer must have left by then.
    app.addHook('preClose', async () => void (await Promise.all(answers)))

    app.post('/api/links', async (): Promise<OpenLink> => ({ openUrl: parts.url() + session.createLink() }))

    app.delete('/api/sessions', async (): Promise<RevokeAnswer> => {
      const revoked = session.revoke()
      stream.closeRefused()
      return { revoked }
    })
  }
}

/** Which process is meant: the one that runs now may be another one than the caller has read of. */
const StopBody = Type.Object({ pid: Type.Integer() }, { additionalProperties: false })

function anotherProcess(pid: number): FicDevError {
  return new FicDevError('BAD_REQUEST', `This is not process ${pid}, but process ${process.pid}.`)
}

function listTypes(held: string[]): EventTypeEntry[] {
  const isHeld = new Set(held)
  const single = eventTypes.map(({ type, scopes }): EventTypeEntry => ({
    type,
    shortName: toShortName(type),
    scopes,
    members: null,
    held: isHeld.has(type),
  }))
  const groups = groupTypes.map(({ type, members }): EventTypeEntry => ({
    type,
    shortName: toShortName(type),
    scopes: [...new Set(members.flatMap((member) => findEventType(member)?.scopes ?? []))],
    members: members.map(toShortName),
    held: members.every((member) => isHeld.has(member)),
  }))
  return [...single, ...groups]
}
