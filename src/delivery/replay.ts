/** What a replay sends: the notification as it was captured, with what the person changed, signed as they chose. */

import type { ReplayRequest } from '../contract/api.ts'
import type { Delivery, HeaderPair, Notification } from '../contract/notification.ts'
import { FicDevError } from '../errors.ts'
import { findEventType, toLongName, toShortName, welcomeType } from '../fic/event-types.ts'
import { toBinary, toStructured } from '../fic/mapping.ts'
import { signNotification } from '../fic/signature/sign.ts'
import type { ExchangeRequest } from '../http/exchange.ts'
import { setHeaders, toDeliveryHeaders, withQueryOf } from './request.ts'

export interface ReplayContext {
  to: URL
  /** Configured headers of the target. */
  targetHeaders: Record<string, string>
  sinkUrl: URL | null
  /** PEM, PKCS #8. */
  devKey: string
  now: Date
}

export interface PreparedReplay {
  request: ExchangeRequest
  /** What was changed, for the record; `null` when it goes out as captured. */
  sent: Delivery['sent']
}

/** @throws FicDevError REPLAY_UNSIGNABLE when something is asked for that needs CloudEvents attributes and there are none. */
export async function prepareReplay(
  captured: { notification: Notification; body: Buffer },
  asked: ReplayRequest,
  context: ReplayContext,
): Promise<PreparedReplay> {
  const { notification } = captured
  const rewritten = rewrite(captured, asked)
  const signed = await sign(notification, rewritten.headers, asked, context)
  const changed = setHeaders(signed, asked.headers ?? {})
  const headers = toDeliveryHeaders(
    { seq: notification.seq, headers: changed },
    { sinkUrl: context.sinkUrl, attempt: 1, replay: true, headers: context.targetHeaders },
  )
  return {
    request: {
      method: notification.method,
      url: withQueryOf(notification, context.to),
      headers,
      body: rewritten.body,
    },
    sent: isAsCaptured(asked) ? null : { headers, body: rewritten.body.toString('utf8') },
  }
}

function isAsCaptured({ sign = 'original', mapping, type, body, headers, ids }: ReplayRequest): boolean {
  return sign === 'original' && [mapping, type, body, headers, ids].every((change) => change === undefined)
}

interface Rewritten {
  headers: HeaderPair[]
  body: Buffer
}

function rewrite(captured: { notification: Notification; body: Buffer }, asked: ReplayRequest): Rewritten {
  const { notification, body } = captured
  let rewritten: Rewritten = { headers: notification.headers, body }
  if (asked.mapping !== undefined || asked.ids !== undefined || asked.type !== undefined) {
    const { cloudEvent, ids } = notification
    if (cloudEvent === null) throw unsignable(notification, 'its type, ids or mapping cannot be changed')
    const type = asked.type === undefined ? cloudEvent.type : toFullType(asked.type)
    const write = (asked.mapping ?? notification.mapping) === 'structured' ? toStructured : toBinary
    const written = write({ cloudEvent: { ...cloudEvent, type }, ids: asked.ids ?? ids })
    const others = notification.headers.filter(([name]) => !/^(ce-.*|content-type)$/i.test(name))
    rewritten = { headers: [...others, ...written.headers], body: Buffer.from(written.body) }
  }
  return asked.body === undefined ? rewritten : { ...rewritten, body: Buffer.from(asked.body) }
}

/** A short name of an event type that we know gets its prefix; any other name is what the person means. */
function toFullType(name: string): string {
  return findEventType(name) === undefined && name !== toShortName(welcomeType) ? name : toLongName(name)
}

async function sign(
  notification: Notification,
  headers: HeaderPair[],
  asked: ReplayRequest,
  context: ReplayContext,
): Promise<HeaderPair[]> {
  if (asked.sign === undefined || asked.sign === 'original') return headers
  if (asked.sign === 'none') return setHeaders(headers, { authorization: null })
  const { cloudEvent, company } = notification
  if (cloudEvent === null && notification.kind !== 'verification') {
    throw unsignable(notification, 'it cannot be signed with the dev key')
  }
  const token = await signNotification(context.devKey, {
    id: cloudEvent?.id ?? `fic-dev:${notification.seq}`,
    subject: cloudEvent?.subject ?? `company:${company ?? 0}`,
    audience: context.to.href,
    now: context.now,
  })
  return setHeaders(headers, { authorization: null, Authorization: `Bearer ${token}` })
}

function unsignable(notification: Notification, what: string): FicDevError {
  return new FicDevError(
    'REPLAY_UNSIGNABLE',
    `Notification ${notification.seq} has no CloudEvents attributes, so ${what}.`,
    { hint: 'Replay it with sign "original" or "none", and with body or headers of your own.' },
  )
}
