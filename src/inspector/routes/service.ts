/** What is not a notification: the state of the parts, event types, keys, trigger, forwarding, links. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { EventTypeEntry, OpenLink, RevokeAnswer, TriggerRequest } from '../../contract/api.ts'
import { FicDevError } from '../../errors.ts'
import { eventTypes, findEventType, groupTypes, toShortName } from '../../fic/event-types.ts'
import type { InspectorParts } from '../parts.ts'
import { bodyOf, closed, ids, mapping } from '../schemas.ts'
import type { Session } from '../session.ts'
import type { Stream } from '../stream.ts'

const TriggerBody = bodyOf<TriggerRequest>()({
  type: Type.String({ minLength: 1 }),
  ids: Type.Optional(ids),
  company: Type.Optional(Type.Integer()),
  mapping: Type.Optional(mapping),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
})

const TargetsBody = closed({
  targets: Type.Array(Type.String({ minLength: 1, maxLength: 4_000 }), { maxItems: 100 }),
})

const ForwardingBody = closed({ paused: Type.Boolean() })

/** Which process is meant: the one that runs now may be another one than the caller has read of. */
const StopBody = closed({ pid: Type.Integer() })

export function serviceRoutes(
  parts: InspectorParts,
  session: Session,
  stream: Pick<Stream, 'closeRefused'>,
): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/status',
      { schema: { summary: 'State of sink, tunnel, subscription, targets and store' } },
      async () => parts.status(),
    )

    app.get(
      '/api/settings',
      { schema: { summary: 'Targets, their headers and other settings that commands beside it use' } },
      async () => parts.settings(),
    )

    app.get(
      '/api/targets',
      { schema: { summary: 'Where notifications go, and how each target is' } },
      async () => parts.targets(),
    )

    app.put(
      '/api/targets',
      {
        schema: {
          summary: 'Change the targets until fic-dev ends; the deliveries that wait follow',
          body: TargetsBody,
        },
      },
      async ({ body, headers }) =>
        parts.nameTargets(
          body.targets,
          session.credentialOf(headers)?.by === 'page' ? 'page' : 'command line',
        ),
    )

    app.get(
      '/api/types',
      { schema: { summary: 'Event types and group types, their scopes, and which are held' } },
      async () => ({ items: listTypes(parts.heldTypes()) }),
    )

    app.get(
      '/api/env',
      { schema: { summary: 'Public keys, audiences and API base that the app needs on this machine' } },
      async () => parts.environment(),
    )

    app.get(
      '/api/keys',
      { schema: { summary: 'The dev key and the key that signatures are checked with' } },
      async () => ({ items: parts.keys() }),
    )

    app.post(
      '/api/trigger',
      { schema: { summary: 'Have the emulator send notifications', body: TriggerBody } },
      async ({ body }) => parts.trigger(body),
    )

    app.post(
      '/api/forwarding',
      { schema: { summary: 'Pause deliveries, or let them go on', body: ForwardingBody } },
      async ({ body }) => {
        parts.pause(body.paused)
        return { paused: body.paused }
      },
    )

    const answers = new Set<Promise<void>>()
    app.post(
      '/api/stop',
      {
        schema: {
          summary:
            'End the daemon that is this process; answers when subscriptions are given back or deleted',
          body: StopBody,
        },
      },
      async ({ body }, { raw }) => {
        if (body.pid !== process.pid) throw anotherProcess(body.pid)
        answers.add(new Promise((resolve) => raw.once('close', resolve)))
        return parts.stop()
      },
    )
    // Closing ends all connections, and the answer must have left by then.
    app.addHook('preClose', async () => void (await Promise.all(answers)))

    app.post(
      '/api/links',
      { schema: { summary: 'A link that opens the inspector once' } },
      async (): Promise<OpenLink> => ({ openUrl: parts.url() + session.createLink() }),
    )

    app.delete(
      '/api/sessions',
      { schema: { summary: 'End all sessions of the page' } },
      async (): Promise<RevokeAnswer> => {
        const revoked = session.revoke()
        stream.closeRefused()
        return { revoked }
      },
    )
  }
}

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
