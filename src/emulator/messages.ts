/** The HTTP requests that Fatture in Cloud sends to a sink (docs/protocol.md#2-verification, docs/protocol.md#4-notifications). Pure. */

import type { Mapping, VerificationMethod } from '../contract/vocabulary.ts'
import type { Delivery } from './delivery.ts'
import { issuer } from './signer.ts'

export interface Message {
  method: 'GET' | 'POST'
  url: string
  /** In the order in which they are sent, without `Host` and `Content-Length`. */
  headers: Record<string, string>
  body: string
}

const challengeName = 'x-fic-verification-challenge'

function createHeaders(token: string): Record<string, string> {
  return {
    'User-Agent': 'FattureInCloud/API-WEBHOOK',
    Connection: 'close',
    Authorization: `Bearer ${token}`,
  }
}

export function createChallenge(
  sink: string,
  value: string,
  method: VerificationMethod,
  token: string,
): Message {
  if (method === 'header') {
    const headers = { ...createHeaders(token), [challengeName]: value }
    return { method: 'GET', url: sink, headers, body: '' }
  }
  // By hand and not with searchParams, which would write the sink's own query in another way.
  const url = new URL(sink)
  url.search = `${url.search === '' ? '?' : `${url.search}&`}${challengeName}=${value}`
  return { method: 'GET', url: url.href, headers: createHeaders(token), body: '' }
}

export function createNotification(
  delivery: Delivery,
  sink: string,
  mapping: Mapping,
  token: string,
  structuredContentType: string,
): Message {
  const attributes = {
    id: delivery.notificationId,
    source: issuer,
    specversion: '1.0',
    type: delivery.eventType ?? '',
    subject: `company:${delivery.company}`,
    time: delivery.time,
  }
  const data = `{"ids":[${delivery.ids.map(writeId).join(',')}]}`
  if (mapping === 'structured') {
    const envelope = JSON.stringify({ ...attributes, datacontenttype: 'application/json' })
    const body = `${envelope.slice(0, -1)},"data":${data}}`
    return createPost(sink, token, { 'Content-Type': structuredContentType }, body)
  }
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]))
  return createPost(sink, token, { ...headers, 'Content-Type': 'application/json' }, `{"data":${data}}`)
}

/** Digits that no JavaScript number can hold come as a string, and go out as a number. */
function writeId(id: number | string): string {
  const isLarge = typeof id === 'string' && /^[1-9]\d*$/.test(id) && !Number.isSafeInteger(Number(id))
  return isLarge ? id : JSON.stringify(id)
}

function createPost(sink: string, token: string, own: Record<string, string>, body: string): Message {
  const headers = { ...createHeaders(token), ...own }
  return { method: 'POST', url: sink, headers, body }
}
