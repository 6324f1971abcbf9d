/** What a replay sends: the notification as it was captured, with what the person changed, signed as they chose. */

import type { ReplayRequest } from '../contract/api.ts'
import type { Delivery, HeaderPair, Notification } from '../contract/notification.ts'
import { FicDevError } from '../errors.ts'
import { findEventType, toLongName, toShortName, welcomeType } from '../fic/event-types.ts'
import { inMapping, withIds, withType, type Message } from '../fic/rewrite.ts'
import { signNotification } from '../fic/signature/sign.ts'
import { readCapturedBody, toPlainHeaders, toPlainMessage } from '../http/body.ts'
import type { ExchangeRequest } from '../http/exchange.ts'
import { toDeliveryHeaders, withQueryOf } from './request.ts'

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
  const changed = changeHeaders(signed, asked.headers ?? {})
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
    sent: isAsCaptured(asked) ? null : { headers, body: shownBody(headers, rewritten.body) },
  }
}

function shownBody(headers: readonly HeaderPair[], body: Buffer): string {
  const { text, says } = readCapturedBody(headers, body)
  return text ?? `(${says})`
}

function isAsCaptured({ sign = 'original', mapping, type, body, headers, ids }: ReplayRequest): boolean {
  return sign === 'original' && [mapping, type, body, headers, ids].every((change) => change === undefined)
}

/** Edits the captured text. A body is decoded only if something in it changes. */
function rewrite(captured: { notification: Notification; body: Buffer }, asked: ReplayRequest): Message {
  const { notification, body } = captured
  const { ids, type } = asked
  const mapping = asked.mapping ?? notification.mapping
  if ([asked.mapping, ids, type].some((change) => change !== undefined) && notification.cloudEvent === null) {
    throw unsignable(
      `Notification ${notification.seq} has no CloudEvents attributes, so its type, ids or mapping cannot be changed.`,
    )
  }
  const isMoved = mapping !== null && mapping !== notification.mapping
  const isBodyChanged = isMoved || ids !== undefined || (type !== undefined && mapping === 'structured')
  let message: Message = { headers: notification.headers, body }
  if (isBodyChanged) message = toPlainMessage(message)
  if (isMoved) message = inMapping(message, mapping)
  if (ids !== undefined && asked.body === undefined) {
    const changed = withIds(message, ids)
    if (changed === null) {
      throw unsignable(
        `The body of notification ${notification.seq} is not a JSON object, so its ids cannot be changed.`,
      )
    }
    message = changed
  }
  if (type !== undefined) message = withType(message, mapping, toFullType(type))
  return asked.body === undefined
    ? message
    : { headers: toPlainHeaders(message.headers), body: Buffer.from(asked.body) }
}

/** Replaces the first header of a name where it is, and removes its repetitions; `null` removes all. New ones go last. */
function changeHeaders(
  headers: readonly HeaderPair[],
  changes: Readonly<Record<string, string | null>>,
): HeaderPair[] {
  const left = new Map(Object.entries(changes).map(([name, value]) => [name.toLowerCase(), { name, value }]))
  const changed = new Set(left.keys())
  const toPair = ({ name, value }: { name: string; value: string | null }): HeaderPair[] =>
    value === null ? [] : [[name, value]]
  const kept = headers.flatMap(([name, value]): HeaderPair[] => {
    const lower = name.toLowerCase()
    if (!changed.has(lower)) return [[name, value]]
    const change = left.get(lower)
    left.delete(lower)
    return change === undefined ? [] : toPair(change)
  })
  return [...kept, ...[...left.values()].flatMap(toPair)]
}

/** A short name of an event type that we know gets its prefix; any other name is what the person means. */
function toFullType(name: string): string {
  return findEventType(name) === undefined && name !== toShortName(welcomeType) ? name : toLongName(name)
}

async function sign(
  notification: Notification,
  headers: readonly HeaderPair[],
  asked: ReplayRequest,
  context: ReplayContext,
): Promise<HeaderPair[]> {
  if (asked.sign === undefined || asked.sign === 'original') return [...headers]
  if (asked.sign === 'none') return changeHeaders(headers, { authorization: null })
  const { cloudEvent, company } = notification
  if (cloudEvent === null && notification.kind !== 'verification') {
    throw unsignable(
      `Notification ${notification.seq} has no CloudEvents attributes, so it cannot be signed with the dev key.`,
    )
  }
  const token = await signNotification(context.devKey, {
    id: cloudEvent?.id ?? `fic-dev:${notification.seq}`,
    subject: cloudEvent?.subject ?? `company:${company ?? 0}`,
    audience: context.to.href,
    now: context.now,
  })
  return changeHeaders(headers, { Authorization: `Bearer ${token}` })
}

function unsignable(message: string): FicDevError {
  return new FicDevError('REPLAY_UNSIGNABLE', message, {
    hint: 'Replay it with sign "original" or "none", and with body or headers of your own.',
  })
}
