/** All that the page knows, and how each message changes it. Pure: no network, no clock, no DOM. */

import type { NotificationPage } from '../../src/contract/api.ts'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import type { Status } from '../../src/contract/status.ts'
import type { StreamMessage } from '../../src/contract/stream.ts'
import { keptRows, mostRows } from './memory.ts'
import { withPart } from './parts.ts'
import { byId, insertNotification, isOver, mergeNewest, onlyLast, withDelivery } from './rows.ts'
import { nothingSeen, sawAll, sawDelivery } from './seen.ts'
import type { Seen } from './seen.ts'

/** How the page itself stands with the daemon. `locked`: it answers, but this browser has not opened the link. */
export type Link =
  | { phase: 'connecting' }
  | { phase: 'live' }
  | { phase: 'lost'; lostAtMs: number; retryAtMs: number }
  | { phase: 'locked' }

/** What the page says about the last thing that a person did. */
export interface Notice {
  tone: 'good' | 'bad'
  text: string
  hint: string | null
}

export interface State {
  link: Link
  status: Status | null
  /** Newest first. Each carries its last delivery only. */
  rows: Notification[]
  /** Whether the rows are those of the query; until then they are what was there before. */
  loaded: boolean
  /** Where the next older page begins; `null` when all are here. */
  nextBefore: number | null
  /** What the list is filtered by; empty for all. */
  query: string
  /** What the daemon does not understand of the query, in words. */
  misread: string | null
  /** The list stands still: what comes is counted. */
  paused: boolean
  /** Somebody reads further down in the list. */
  deep: boolean
  /** How many came while the list stood still. */
  held: number
  /** How many came since the page was opened. */
  arrivals: number
  /** Grows with everything that changes what is counted. */
  pulse: number
  /** The highest `seq` that has come: where the stream goes on after a reconnect. */
  lastSeq: number
  /** The `seq` whose detail is open, as the address bar says. */
  opened: number | null
  /** The row that the keyboard stands on. */
  cursor: number | null
  /** The opened notification with all its deliveries. */
  detail: Notification | null
  /** The opened notification is not in the store. */
  absent: boolean
  seen: Seen
  notice: Notice | null
}

export type Message =
  | StreamMessage
  | { type: 'lost'; atMs: number; retryAtMs: number }
  | { type: 'locked' }
  | { type: 'status'; status: Status }
  /** `asOf`: the `lastSeq` that was known when the page was asked for. */
  | { type: 'newest'; page: NotificationPage; query: string; asOf: number }
  | { type: 'older'; page: NotificationPage; query: string }
  | { type: 'detail'; notification: Notification }
  | { type: 'absent'; seq: number }
  | { type: 'open'; seq: number | null }
  | { type: 'cursor'; seq: number }
  | { type: 'query'; query: string }
  | { type: 'misread'; query: string; text: string }
  | { type: 'paused'; paused: boolean }
  | { type: 'deep'; deep: boolean }
  | { type: 'notice'; notice: Notice | null }

export const initialState: State = {
  link: { phase: 'connecting' },
  status: null,
  rows: [],
  loaded: false,
  nextBefore: null,
  query: '',
  misread: null,
  paused: false,
  deep: false,
  held: 0,
  arrivals: 0,
  pulse: 0,
  lastSeq: 0,
  opened: null,
  cursor: null,
  detail: null,
  absent: false,
  seen: nothingSeen,
  notice: null,
}

/** The state after one message. */
export function reduce(state: State, message: Message): State {
  switch (message.type) {
    case 'lost':
      return { ...state, link: lost(state.link, message.atMs, message.retryAtMs) }
    case 'locked':
      return { ...state, link: { phase: 'locked' } }
    case 'hello':
      return { ...forgetAfter(state, message.lastSeq), link: { phase: 'live' }, status: message.status }
    case 'status':
      return { ...state, status: message.status }
    case 'notification':
      return withNotification(state, message.notification)
    case 'delivery':
      return withDeliveryMessage(state, message.delivery)
    case 'answered':
      return withAnswer(state, message.seq, { answer: message.answer, problems: message.problems })
    case 'tunnel':
    case 'subscription':
    case 'target':
    case 'targets':
    case 'share':
    case 'store':
    case 'findings':
      return state.status ? { ...state, status: withPart(state.status, message) } : state
    case 'removed':
      return without(state, message)
    case 'lagged':
      // The network fetches again; there is nothing to know before that has come.
      return state
    case 'newest':
      return message.query === state.query ? withNewest(state, message.page, message.asOf) : state
    case 'older':
      return message.query === state.query ? withOlder(state, message.page) : state
    case 'detail':
      return withDetail(state, message.notification)
    case 'absent':
      return state.opened === message.seq ? { ...state, detail: null, absent: true } : state
    case 'open':
      return opened(state, message.seq)
    case 'cursor':
      return { ...state, cursor: message.seq }
    case 'query':
      return { ...state, query: message.query, misread: null, loaded: false, nextBefore: null, held: 0 }
    case 'misread':
      return message.query === state.query ? { ...state, misread: message.text } : state
    case 'paused':
      return { ...state, paused: message.paused, held: message.paused ? 0 : state.held }
    case 'deep':
      return { ...state, deep: message.deep }
    case 'notice':
      return { ...state, notice: message.notice }
  }
}

/** While the daemon is away, what counts is since when. */
function lost(link: Link, atMs: number, retryAtMs: number): Link {
  return { phase: 'lost', lostAtMs: link.phase === 'lost' ? link.lostAtMs : atMs, retryAtMs }
}

/** A daemon with another store knows less than we do: what it does not have is not shown. */
function forgetAfter(state: State, lastSeq: number): State {
  if (lastSeq >= state.lastSeq) return state
  return { ...state, lastSeq, rows: state.rows.filter((row) => row.seq <= lastSeq) }
}

function withNotification(state: State, notification: Notification): State {
  const isNew = notification.seq > state.lastSeq
  const known = state.rows.some((row) => row.seq === notification.seq)
  const isHeld = !known && (state.paused || (state.deep && state.rows.length >= mostRows))
  // Only the daemon knows what a filter lets through, so a filtered list waits to be fetched again.
  const isShown = known || (!state.query && !isHeld)
  const counts = state.status && isNew ? { ...state.status.counts } : null
  if (counts) counts.notifications += 1
  return {
    ...(isShown ? withRows(state, insertNotification(state.rows, notification)) : state),
    held: state.held + (isHeld && isNew ? 1 : 0),
    arrivals: state.arrivals + (isNew ? 1 : 0),
    pulse: state.pulse + 1,
    lastSeq: Math.max(state.lastSeq, notification.seq),
    status: state.status && counts ? { ...state.status, counts } : state.status,
    seen: sawAll(state.seen, [notification]),
  }
}

/** While the newest are in sight the oldest are let go. */
function withRows(state: State, rows: Notification[]): State {
  if (state.deep || rows.length <= keptRows) return { ...state, rows }
  const kept = rows.slice(0, keptRows)
  return { ...state, rows: kept, nextBefore: kept.at(-1)?.seq ?? null }
}

function withDeliveryMessage(state: State, delivery: Delivery): State {
  const rows = state.rows.map((row) =>
    row.seq === delivery.seq ? { ...row, deliveries: onlyLast(withDelivery(row.deliveries, delivery)) } : row,
  )
  const detail =
    state.detail?.seq === delivery.seq
      ? { ...state.detail, deliveries: withDelivery(state.detail.deliveries, delivery) }
      : state.detail
  return { ...state, rows, detail, pulse: state.pulse + 1, seen: sawDelivery(state.seen, delivery) }
}

function withAnswer(state: State, seq: number, late: Pick<Notification, 'answer' | 'problems'>): State {
  const rows = state.rows.map((row) => (row.seq === seq ? { ...row, ...late } : row))
  return { ...state, rows, detail: state.detail?.seq === seq ? { ...state.detail, ...late } : state.detail }
}

/** What was captured while all were removed is still there. */
function without(state: State, { seq, upTo = Infinity }: Extract<StreamMessage, { type: 'removed' }>): State {
  const isGone = (row: number) => (seq === null ? row <= upTo : row === seq)
  const rows = state.rows.filter((row) => !isGone(row.seq))
  const gone = state.opened !== null && isGone(state.opened)
  return {
    ...state,
    rows,
    pulse: state.pulse + 1,
    nextBefore: seq === null ? null : state.nextBefore,
    detail: gone ? null : state.detail,
    absent: gone || state.absent,
  }
}

function withNewest(state: State, page: NotificationPage, asOf: number): State {
  const renewed = mergeNewest(state.rows, page.items, asOf)
  const tail = state.loaded ? tailBelow(state.rows, page) : []
  const rows = [...renewed, ...tail]
  // The list may be here before the stream's message about the same notification, which is then no longer new.
  const arrived = state.loaded ? page.items.filter(({ seq }) => seq > state.lastSeq).length : 0
  return {
    ...state,
    rows,
    loaded: true,
    misread: null,
    held: 0,
    arrivals: state.arrivals + arrived,
    pulse: state.pulse + 1,
    nextBefore: tail.length > 0 ? state.nextBefore : page.nextBefore,
    lastSeq: Math.max(state.lastSeq, rows[0]?.seq ?? 0),
    seen: sawAll(state.seen, page.items),
  }
}

/** The rows of the same query that go on where the page ends; none where there may be a gap between them. */
function tailBelow(rows: Notification[], page: NotificationPage): Notification[] {
  const last = page.items.at(-1)?.seq
  if (last === undefined || page.nextBefore === null) return []
  const overlaps = rows.some((row) => row.seq === last)
  return overlaps ? rows.filter((row) => row.seq < last) : []
}

function withOlder(state: State, page: NotificationPage): State {
  const oldest = state.rows.at(-1)?.seq ?? Infinity
  const older = page.items.filter((item) => item.seq < oldest)
  return {
    ...state,
    rows: [...state.rows, ...older],
    nextBefore: page.nextBefore,
    seen: sawAll(state.seen, older),
  }
}

function withDetail(state: State, notification: Notification): State {
  if (state.opened !== notification.seq) return state
  // A delivery may have come over the stream while this was on its way, but without its answer.
  const isOpen = state.detail?.seq === notification.seq
  const shown = isOpen ? state.detail : state.rows.find(({ seq }) => seq === notification.seq)
  const known = shown?.deliveries ?? []
  const ended = new Set(notification.deliveries.filter(isOver).map(({ id }) => id))
  const newer = known.filter(({ id }) => !ended.has(id))
  const deliveries = newer.reduce(withDelivery, [...notification.deliveries].sort(byId))
  return { ...state, absent: false, detail: { ...notification, deliveries } }
}

function opened(state: State, seq: number | null): State {
  if (seq === null) return { ...state, opened: null, detail: null, absent: false }
  if (seq === state.opened) return { ...state, cursor: seq }
  return {
    ...state,
    opened: seq,
    cursor: seq,
    absent: false,
    detail: null,
  }
}
