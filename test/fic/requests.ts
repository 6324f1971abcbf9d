/** Requests of Fatture in Cloud as the protocol notes describe them (sections 2 and 4), and what is to be read in them. */

import type { RawRequest } from '../../src/fic/read-notification.ts'

export const sample = {
  id: '198:f059b211-24f4-44ab-9859-b1613a9a0712',
  type: 'it.fattureincloud.webhooks.issued_documents.invoices.create',
  source: 'https://api-v2.fattureincloud.it',
  subject: 'company:12345',
  time: '2023-04-04T12:54:21+02:00',
  specversion: '1.0',
}

export const welcomeType = 'it.fattureincloud.webhooks.subscriptions.welcome'

export const binaryHeaders: Record<string, string> = {
  'Content-Type': 'application/json',
  'ce-type': sample.type,
  'ce-time': sample.time,
  'ce-subject': sample.subject,
  'ce-specversion': sample.specversion,
  'ce-source': sample.source,
  'ce-id': sample.id,
}

export const structuredBody = {
  ...sample,
  datacontenttype: 'application/json',
  data: { ids: [3062300] },
}

/** What is to be read in the sample as the binary mapping carries it. */
export const event = {
  kind: 'event',
  mapping: 'binary',
  eventType: sample.type,
  company: 12345,
  ids: [3062300],
  cloudEvent: sample,
  challenge: null,
  token: null,
  problems: [],
}

/** What is to be read in a message that is nothing known. */
export const nothing = {
  kind: 'unknown',
  mapping: null,
  eventType: null,
  company: null,
  ids: [],
  cloudEvent: null,
  challenge: null,
  token: null,
  problems: [],
}

type Headers = Record<string, string | undefined> | [string, string][]

/** A POST; a header that is `undefined` is left out, a body that is no string or buffer becomes JSON. */
export function post(headers: Headers, body: unknown = { data: { ids: [3062300] } }): RawRequest {
  return { method: 'POST', path: '/secret', rawHeaders: flatten(headers), body: toBytes(body) }
}

export function get(path: string, headers: Headers = {}): RawRequest {
  return { method: 'GET', path, rawHeaders: flatten(headers), body: Buffer.alloc(0) }
}

function flatten(headers: Headers): string[] {
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers)
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
}

function toBytes(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
