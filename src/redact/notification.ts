/**
 * A notification that can be shown to others: verdicts, times, types, sizes of lists and structure stay; whatever names a
 * company, a person, a record, a host or a secret is replaced. Pure.
 */

import type { ClaimVerdict, Delivery, HeaderPair, Notification } from '../contract/notification.ts'
import { toPlainMessage } from '../http/body.ts'
import { redactHeaders } from './headers.ts'
import type { Replacements } from './replacements.ts'
import {
  redactContent,
  redactPath,
  redactSentence,
  redactSource,
  redactSubject,
  redactTime,
  redactType,
  redactUrl,
  redactValue,
  redactVersion,
} from './text.ts'

export interface Redacted {
  notification: Notification
  /** The raw bytes. */
  body: Buffer
}

/** @param body the raw bytes */
export function redactNotification(
  notification: Notification,
  body: Buffer,
  replacements: Replacements,
): Redacted {
  replacements.begin()
  const { cloudEvent, signature, answer, eventType, company } = notification
  const message = redactMessage({ headers: notification.headers, body }, replacements)
  const { decoded: _decoded, ...rest } = notification
  const redacted: Notification = {
    ...rest,
    method: /^[A-Z]{1,10}$/.test(notification.method)
      ? notification.method
      : replacements.value(notification.method),
    path: redactPath(notification.path, replacements),
    headers: message.headers,
    bodyBytes: message.body.length,
    body: message.body.toString('utf8'),
    eventType: eventType === null ? null : redactType(eventType, replacements),
    company: company === null ? null : replacements.number(company),
    ids: notification.ids.map((id) => redactId(id, replacements)),
    cloudEvent: cloudEvent && {
      id: replacements.value(cloudEvent.id),
      type: redactType(cloudEvent.type, replacements),
      source: redactSource(cloudEvent.source, replacements),
      subject: redactSubject(cloudEvent.subject, replacements),
      time: redactTime(cloudEvent.time, replacements),
      specversion: redactVersion(cloudEvent.specversion, replacements),
    },
    signature: {
      outcome: signature.outcome,
      claims: signature.claims.map((claim) => redactClaim(claim, replacements)),
      problems: [],
    },
    answer: { status: answer.status, body: redactText(answer.body, replacements) },
    problems: [],
    deliveries: notification.deliveries.map((delivery) => redactDelivery(delivery, replacements)),
  }
  // They hold values of all that comes before.
  const sentence = (text: string) => redactSentence(text, replacements)
  redacted.problems = notification.problems.map(sentence)
  redacted.signature.problems = signature.problems.map(sentence)
  return { notification: redacted, body: message.body }
}

/** Decoded, because what is compressed cannot be looked into. */
function redactMessage(
  message: { headers: readonly HeaderPair[]; body: Buffer },
  replacements: Replacements,
): { headers: HeaderPair[]; body: Buffer } {
  const plain = toPlainMessage(message)
  const text = plain.body.toString('utf8')
  const isText = Buffer.from(text).equals(plain.body)
  const body = Buffer.from(redactContent(isText ? text : plain.body.toString('base64'), replacements))
  const headers = redactHeaders(plain.headers, replacements).map(([name, value]): HeaderPair =>
    name.toLowerCase() === 'content-length' ? [name, String(body.length)] : [name, value],
  )
  return { headers, body }
}

function redactId(id: number | string, replacements: Replacements): number | string {
  return typeof id === 'number' ? replacements.number(id) : replacements.value(id)
}

function redactText(text: string | null, replacements: Replacements): string | null {
  return text === null ? null : redactContent(text, replacements)
}

function redactClaim(claim: ClaimVerdict, replacements: Replacements): ClaimVerdict {
  return {
    claim: claim.claim,
    value: redactClaimValue(claim, replacements),
    expected: claim.expected === null ? null : 'redacted',
    verdict: claim.verdict,
    says: `The value is redacted; its verdict is "${claim.verdict}".`,
  }
}

function redactClaimValue({ claim, value }: ClaimVerdict, replacements: Replacements): unknown {
  // Times say nothing but when; everything here has a time.
  if (['iat', 'nbf', 'exp'].includes(claim) && typeof value === 'number') return value
  if (claim === 'alg' && typeof value === 'string' && /^(?:[A-Z]{2}\d{3}|EdDSA|none)$/.test(value))
    return value
  return redactValue(value, replacements)
}

function redactDelivery(delivery: Delivery, replacements: Replacements): Delivery {
  const { sent, cause, error, responseBody, responseHeaders } = delivery
  const target = redactUrl(delivery.target, replacements)
  return {
    ...delivery,
    target,
    responseHeaders: redactHeaders(responseHeaders, replacements),
    responseBody: redactText(responseBody, replacements),
    error: error === null ? null : redactSentence(error, replacements),
    cause: cause && {
      code: cause.code,
      tone: cause.tone,
      what: `The cause is "${cause.code}"; its sentences are redacted.`,
      why: '',
      todo: '',
    },
    sent: sent && {
      headers: redactHeaders(sent.headers, replacements),
      body: redactContent(sent.body, replacements),
    },
  }
}
