/** What a person has changed about a notification before replaying it, and the request that this makes. Pure. */

import type { ReplayRequest } from '../../src/contract/api.ts'
import type { Notification } from '../../src/contract/notification.ts'
import type { Mapping, ReplaySignature } from '../../src/contract/vocabulary.ts'
import { readIds } from './ids.ts'
import { readJsonTree, type JsonNode } from './json-tree.ts'
import { toShortType } from './words.ts'

export interface Draft {
  to: string
  sign: ReplaySignature
  /** As typed: a short or a long name. */
  type: string
  /** As typed. */
  ids: string
  mapping: Mapping
  /** Set, or with `null` removed. */
  headers: Record<string, string | null>
  /** Written by hand; `null` while it follows from the fields. */
  body: string | null
}

export function toDraft(notification: Notification, to: string, sign: ReplaySignature): Draft {
  const { eventType, ids, mapping } = notification
  return {
    to,
    sign,
    type: toShortType(eventType ?? ''),
    ids: ids.join(', '),
    mapping: mapping ?? 'binary',
    headers: {},
    body: null,
  }
}

/** A body by hand ends where the field that was changed stands in the body. */
export function withField(draft: Draft, change: Partial<Pick<Draft, 'type' | 'ids' | 'mapping'>>): Draft {
  const next = { ...draft, ...change }
  const inBody = 'ids' in change || 'mapping' in change || next.mapping === 'structured'
  if (draft.body === null || !inBody) return next
  // What was typed into the body is the newest that is known of the ids.
  const ids = 'ids' in change ? next.ids : (readBodyIds(draft.body)?.join(', ') ?? next.ids)
  return { ...next, ids, body: null }
}

/** `null` takes a change back. */
export function withHeader(draft: Draft, name: string, change: { value: string | null } | null): Draft {
  const headers = Object.fromEntries(
    Object.entries(draft.headers).filter(([known]) => known.toLowerCase() !== name.toLowerCase()),
  )
  return { ...draft, headers: change === null ? headers : { ...headers, [name]: change.value } }
}

/** Only what differs from the capture, so that an untouched draft is a plain replay. */
export function toReplayRequest(draft: Draft, notification: Notification): ReplayRequest {
  const original = toDraft(notification, draft.to, draft.sign)
  return {
    to: draft.to.trim(),
    sign: draft.sign,
    ...(draft.type.trim() !== original.type && { type: draft.type.trim() }),
    ...(draft.ids !== original.ids && { ids: readIds(draft.ids, notification.ids) }),
    ...(draft.mapping !== original.mapping && { mapping: draft.mapping }),
    ...(Object.keys(draft.headers).length > 0 && { headers: draft.headers }),
    ...(draft.body !== null && { body: draft.body }),
  }
}

/** The ids at `data.ids`, where they are in both mappings (docs/protocol.md#4-notifications), with the digits that were typed. */
function readBodyIds(body: string): string[] | null {
  const list = memberOf(memberOf(readJsonTree(body), 'data'), 'ids')
  if (list?.kind !== 'array') return null
  const ids = list.items.map((item) =>
    item.kind === 'scalar' && item.token !== 'word' ? readScalar(item) : null,
  )
  return ids.every((id) => id !== null) ? ids : null
}

function readScalar({ token, text }: { token: string; text: string }): string {
  return token === 'string' ? String(JSON.parse(text)) : text
}

/** Of repeated members, the last one counts. */
function memberOf(node: JsonNode | null, name: string): JsonNode | null {
  if (node?.kind !== 'object') return null
  return node.members.findLast(({ key }) => JSON.parse(key) === name)?.value ?? null
}
