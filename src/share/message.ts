/** A captured notification as a message of the stream, and back: the very bytes, with CloudEvents attributes beside. Pure. */

import { createHash } from 'node:crypto'
import type { HeaderPair, Notification } from '../contract/notification.ts'
import { toHeaderValue } from '../fic/header-value.ts'
import { subjectOf } from './subject.ts'

export interface OutgoingMessage {
  subject: string
  /** `Nats-Msg-Id`: the same whenever this capture is published, and the same for no other. */
  id: string
  headers: HeaderPair[]
  payload: Buffer
}

/** The request that Fatture in Cloud made to the hub. */
export interface SharedRequest {
  method: string
  /** With the query. */
  path: string
  headers: HeaderPair[]
  /** By the hub's clock. */
  receivedAt: Date
}

/** Carries the request but for its body, as JSON in ASCII. */
export const requestHeader = 'Fic-Dev-Request'
/** The status that Fatture in Cloud got. Apart, because it may be known only when the request is published already. */
export const answerHeader = 'Fic-Dev-Answer'

/** `hub` tells hubs apart, and is not in the message itself. */
export function toMessage(notification: Notification, body: Buffer, hub: string): OutgoingMessage {
  const { method, path, headers, receivedAt, answer, seq } = notification
  const request = toAscii(JSON.stringify({ method, path, headers, receivedAt }))
  return {
    subject: subjectOf(notification.company, notification.eventType ?? ''),
    // The time and the token in it make that nobody knows it beforehand, and that a store begun anew repeats none.
    id: digest(hub, String(seq), receivedAt, JSON.stringify(headers), body),
    headers: [...toAttributes(notification), [requestHeader, request], [answerHeader, String(answer.status)]],
    payload: body,
  }
}

/**
 * The CloudEvents binding for NATS, binary mode: an attribute per header. A body that is a whole event says so by its
 * content type, which makes the same message a structured one.
 */
function toAttributes({ cloudEvent, mapping }: Notification): HeaderPair[] {
  const attributes = Object.entries(cloudEvent ?? {})
    .filter(([, value]) => value !== '')
    .map(([name, value]): HeaderPair => [`ce-${name}`, toHeaderValue(value)])
  return mapping === 'structured'
    ? [['content-type', 'application/cloudevents+json'], ...attributes]
    : [...attributes, ['ce-datacontenttype', 'application/json']]
}

/** `null` when the header was not written by a hub. */
export function readRequest(header: string): SharedRequest | null {
  const value = parse(header)
  if (typeof value !== 'object' || value === null) return null
  const { method, path, headers, receivedAt } = value as Record<string, unknown>
  if (typeof method !== 'string' || typeof path !== 'string' || !path.startsWith('/')) return null
  const time = typeof receivedAt === 'string' ? new Date(receivedAt) : null
  if (time === null || Number.isNaN(time.getTime())) return null
  if (!Array.isArray(headers) || !headers.every(isHeaderPair)) return null
  return { method, path, headers, receivedAt: time }
}

/** The same for a message that comes again: what was published twice has one id, and the same bytes. */
export function arrivalKey(message: {
  id: string
  request: string
  payload: Uint8Array
  /** Of the stream and the message in it; without an id nothing else tells two messages apart. */
  place: string
}): string {
  const { id, request, payload, place } = message
  return id === '' ? digest('place', place) : digest('id', id, request, payload)
}

function digest(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const bytes = Buffer.from(part)
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest('hex').slice(0, 32)
}

/** Headers of requests hold any byte, those of NATS only text on one line. */
function toAscii(json: string): string {
  return json.replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isHeaderPair(value: unknown): value is HeaderPair {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}
