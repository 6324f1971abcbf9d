/** Notifications as HAR 1.2 entries: what came in, and each delivery, for tools that read HAR. */

import type { Delivery, HeaderPair, Notification } from '../contract/notification.ts'
import { headerOf } from '../http/headers.ts'

export const harTail = '\n]}}\n'

/** The beginning of the document; entries follow, separated by commas, then `harTail`. */
export function harHead(version: string): string {
  const creator = JSON.stringify({ name: 'fic-dev', version })
  return `{"log":{"version":"1.2","creator":${creator},"entries":[\n`
}

export function toHarEntries(notification: Notification): unknown[] {
  return [
    incoming(notification),
    ...notification.deliveries.map((delivery) => outgoing(notification, delivery)),
  ]
}

function incoming(notification: Notification): unknown {
  const { receivedAt, method, path, headers, bodyBytes, answer } = notification
  const host = headerOf(headers, 'host') ?? 'localhost'
  return entry(
    receivedAt,
    0,
    { ...request(method, `https://${host}${path}`, headers, textOf(notification)), bodySize: bodyBytes },
    response(answer.status, [], answer.body ?? '', null),
    `notification ${notification.seq}, signature ${notification.signature.outcome}`,
  )
}

function outgoing(notification: Notification, delivery: Delivery): unknown {
  const sent = delivery.sent ?? { headers: notification.headers, body: textOf(notification) }
  return entry(
    delivery.startedAt,
    delivery.durationMs ?? 0,
    request(notification.method, delivery.target, sent.headers, sent.body),
    response(delivery.status ?? 0, delivery.responseHeaders, delivery.responseBody ?? '', delivery.error),
    `delivery ${delivery.id} of notification ${delivery.seq}, attempt ${delivery.attempt}`,
  )
}

/** Decoded, as other tools write it. */
function textOf({ body, decoded }: Notification): string {
  return decoded?.text ?? body ?? ''
}

function entry(startedDateTime: string, time: number, request: unknown, response: unknown, comment: string) {
  return {
    startedDateTime,
    time,
    request,
    response,
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    comment,
  }
}

function request(method: string, url: string, headers: HeaderPair[], text: string) {
  const query = URL.canParse(url) ? [...new URL(url).searchParams] : []
  return {
    method,
    url,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: toNamed(headers),
    queryString: toNamed(query),
    ...(text !== '' && { postData: { mimeType: typeOf(headers), text } }),
    headersSize: -1,
    bodySize: Buffer.byteLength(text),
  }
}

function response(status: number, headers: HeaderPair[], text: string, error: string | null) {
  return {
    status,
    statusText: '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: toNamed(headers),
    content: { size: Buffer.byteLength(text), mimeType: typeOf(headers), text },
    redirectURL: '',
    headersSize: -1,
    bodySize: -1,
    ...(error !== null && { _error: error }),
  }
}

function toNamed(pairs: readonly HeaderPair[]) {
  return pairs.map(([name, value]) => ({ name, value }))
}

function typeOf(headers: readonly HeaderPair[]): string {
  return headerOf(headers, 'content-type') ?? 'application/octet-stream'
}
