/** What the page knows after each message: each notification once, in order, and no answer undone. */

import { expect, test } from 'vitest'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import { initialState, reduce, type Message, type State } from '../../web/src/state.ts'

function notification(seq: number, over: Partial<Notification> = {}): Notification {
  return {
    seq,
    kind: 'event',
    receivedAt: '2026-11-23T10:12:01Z',
    method: 'POST',
    path: '/secret',
    headers: [],
    bodyBytes: 0,
    body: '',
    mapping: 'binary',
    eventType: 'it.fattureincloud.webhooks.taxes.create',
    company: 1,
    ids: [seq],
    cloudEvent: null,
    signature: { outcome: 'valid', claims: [], problems: [] },
    answer: { status: 200, body: null },
    problems: [],
    twinOf: null,
    deliveries: [],
    ...over,
  }
}

function delivery(id: number, seq: number, over: Partial<Delivery> = {}): Delivery {
  return {
    id,
    seq,
    channel: 'app',
    target: 'http://localhost:3000/',
    attempt: 1,
    replay: false,
    sign: 'original',
    startedAt: '2026-11-23T10:12:01Z',
    durationMs: 3,
    status: 200,
    error: null,
    errorCode: null,
    cause: null,
    responseHeaders: [],
    responseBody: null,
    verdict: 'delivered',
    sent: null,
    nextAttemptAt: null,
    ...over,
  }
}

const pending = { status: null, durationMs: null, verdict: 'pending' } as const

function after(messages: Message[], state: State = initialState): State {
  return messages.reduce(reduce, state)
}

function newest(seqs: number[], { asOf = 0, nextBefore = null as number | null, query = '' } = {}): Message {
  return { type: 'newest', page: { items: seqs.map((seq) => notification(seq)), nextBefore }, query, asOf }
}

const arrived = (seq: number): Message => ({ type: 'notification', notification: notification(seq) })
const seqsOf = (state: State) => state.rows.map((row) => row.seq)

test('a notification that comes by stream and by page stands once, newest first', () => {
  expect(seqsOf(after([arrived(3), newest([3, 2, 1]), arrived(4), arrived(3)]))).toEqual([4, 3, 2, 1])
})

test('what the stream brought while a page was on its way is kept', () => {
  const state = after([newest([2, 1]), arrived(3), arrived(4), newest([3, 2, 1], { asOf: 2 })])
  expect(seqsOf(state)).toEqual([4, 3, 2, 1])
})

test('what was removed while the page was away goes when the list is fetched again', () => {
  expect(seqsOf(after([newest([3, 2, 1]), newest([2], { asOf: 3 })]))).toEqual([2])
  expect(seqsOf(after([newest([3, 2, 1]), newest([], { asOf: 3 })]))).toEqual([])
})

test('older pages are put below, without those that are there', () => {
  const older: Message = {
    type: 'older',
    page: { items: [notification(3), notification(2)], nextBefore: 2 },
    query: '',
  }
  const state = after([newest([4, 3], { nextBefore: 3 }), older])
  expect(seqsOf(state)).toEqual([4, 3, 2])
  expect(state.nextBefore).toBe(2)
})

test('the answer to a question that is no longer asked is dropped', () => {
  const state = after([
    { type: 'query', query: 'client' },
    newest([9], { query: '' }),
    newest([8], { query: 'client' }),
  ])
  expect(seqsOf(state)).toEqual([8])
})

test('a filtered list waits for the daemon to say whether a new notification fits', () => {
  const state = after([{ type: 'query', query: 'client' }, newest([8], { query: 'client' }), arrived(9)])
  expect(seqsOf(state)).toEqual([8])
  expect(state.lastSeq).toBe(9)
})

test('an answer is never undone by an older message', () => {
  const done = delivery(7, 1)
  const state = after([
    newest([1]),
    { type: 'open', seq: 1 },
    { type: 'delivery', delivery: done },
    { type: 'delivery', delivery: { ...done, ...pending } },
    { type: 'detail', notification: notification(1, { deliveries: [{ ...done, ...pending }] }) },
  ])
  expect(state.detail?.deliveries).toEqual([done])
  expect(state.rows[0]?.deliveries).toEqual([done])
})

test('a row shows the last delivery, the detail all of them in order', () => {
  const state = after([
    newest([1]),
    { type: 'open', seq: 1 },
    { type: 'detail', notification: notification(1) },
    { type: 'delivery', delivery: delivery(9, 1, { attempt: 2 }) },
    { type: 'delivery', delivery: delivery(8, 1, { status: 500, verdict: 'retried' }) },
  ])
  expect(state.rows[0]?.deliveries.map(({ id }) => id)).toEqual([9])
  expect(state.detail?.deliveries.map(({ id }) => id)).toEqual([8, 9])
})

test('a detail that comes late does not take the place of another that was opened since', () => {
  const state = after([
    newest([2, 1]),
    { type: 'open', seq: 1 },
    { type: 'open', seq: 2 },
    { type: 'detail', notification: notification(2) },
    { type: 'detail', notification: notification(1) },
  ])
  expect(state.detail?.seq).toBe(2)
})

test('a notification that was removed while it is open is said to be gone', () => {
  const state = after([newest([2, 1]), { type: 'open', seq: 1 }, { type: 'removed', seq: 1 }])
  expect(state).toMatchObject({ detail: null, absent: true, opened: 1 })
  expect(seqsOf(state)).toEqual([2])
})

test('rows that a daemon with another store does not have are forgotten', () => {
  const hello = { type: 'hello', version: '1', lastSeq: 2, status: {} } as unknown as Message
  const state = after([newest([5, 4, 2, 1]), hello])
  expect(seqsOf(state)).toEqual([2, 1])
  expect(state.lastSeq).toBe(2)
})

test('while the daemon is away the page keeps saying since when', () => {
  const state = after([
    { type: 'lost', atMs: 1_000, retryAtMs: 1_500 },
    { type: 'lost', atMs: 1_500, retryAtMs: 2_500 },
  ])
  expect(state.link).toEqual({ phase: 'lost', lostAtMs: 1_000, retryAtMs: 2_500 })
})

test('the checklist counts only what was signed, and remembers it when the filter hides it', () => {
  const unsigned = notification(1, { signature: { outcome: 'missing', claims: [], problems: [] } })
  const nothing = after([{ type: 'notification', notification: unsigned }])
  expect(nothing.seen.event).toBe(false)
  const state = after([arrived(2), { type: 'query', query: 'x' }, newest([], { query: 'x' })], nothing)
  expect(state.seen).toEqual({
    challenge: false,
    welcome: false,
    event: true,
    answered: false,
    refusedWith: null,
  })
})

test('a paused list stands still and counts; what comes by page when it goes on is shown', () => {
  const paused = after([newest([2, 1]), { type: 'paused', paused: true }, arrived(3), arrived(4), arrived(4)])
  expect(seqsOf(paused)).toEqual([2, 1])
  expect(paused).toMatchObject({ held: 2, lastSeq: 4, arrivals: 2 })
  const on = after([{ type: 'paused', paused: false }, newest([4, 3, 2, 1], { asOf: 4 })], paused)
  expect(seqsOf(on)).toEqual([4, 3, 2, 1])
  expect(on.held).toBe(0)
})

test('a notification counts as arrived once, whether the list or the stream brings it first', () => {
  const first = after([newest([2, 1])])
  expect(first.arrivals).toBe(0)
  expect(after([newest([4, 3, 2, 1], { asOf: 2 }), arrived(3), arrived(4)], first).arrivals).toBe(2)
  expect(after([arrived(3), newest([4, 3, 2, 1], { asOf: 3 }), arrived(4)], first).arrivals).toBe(2)
})

test('an hour of 50 a second leaves 2,000 rows, the newest, and the way back to the older ones', () => {
  let state = after([newest([1])])
  for (let seq = 2; seq <= 180_000; seq += 1) state = reduce(state, arrived(seq))
  expect(state.rows).toHaveLength(2_000)
  expect(state.rows[0]?.seq).toBe(180_000)
  expect(state.nextBefore).toBe(178_001)
})

test('further down in the list, the rows that were scrolled through stay', () => {
  const deep = after([newest([9_000], { nextBefore: 9_000 }), { type: 'deep', deep: true }])
  const items = Array.from({ length: 8_000 }, (_, index) => notification(8_999 - index))
  const state = after(
    [{ type: 'older', page: { items, nextBefore: 1_000 }, query: '' }, arrived(9_001)],
    deep,
  )
  expect(state.rows).toHaveLength(8_002)
  expect(state.rows.at(-1)).toMatchObject({ seq: 1_000 })
})

test('a row has no headers and no body, so an opened one has no detail before it is fetched', () => {
  const state = after([newest([2, 1]), { type: 'open', seq: 1 }])
  expect(state).toMatchObject({ opened: 1, detail: null, absent: false })
})

test('of all that were removed, those that came meanwhile stay', () => {
  const state = after([
    newest([3, 2, 1]),
    arrived(4),
    { type: 'open', seq: 2 },
    { type: 'removed', seq: null, upTo: 3 },
  ])
  expect(state.rows.map(({ seq }) => seq)).toEqual([4])
  expect(state).toMatchObject({ nextBefore: null, absent: true })
})

test('fetched again, the rows below the first page stay where they go on, and go where there may be a gap', () => {
  const scrolled = after([
    newest([4, 3], { nextBefore: 3 }),
    { type: 'older', page: { items: [notification(2), notification(1)], nextBefore: 1 }, query: '' },
  ])
  const renewed = after([newest([5, 4, 3], { asOf: 4, nextBefore: 3 })], scrolled)
  expect(seqsOf(renewed)).toEqual([5, 4, 3, 2, 1])
  expect(renewed.nextBefore).toBe(1)
  const gap = after([newest([9, 8], { asOf: 4, nextBefore: 8 })], scrolled)
  expect(seqsOf(gap)).toEqual([9, 8])
  expect(gap.nextBefore).toBe(8)
})

test('a filter that is not understood is told, and the rows stay until one is', () => {
  const state = after([
    newest([2, 1]),
    { type: 'query', query: 'kind:x' },
    { type: 'misread', query: 'kind:x', text: 'Not understood.' },
    { type: 'misread', query: 'kind:', text: 'Of another query.' },
  ])
  expect(seqsOf(state)).toEqual([2, 1])
  expect(state.misread).toBe('Not understood.')
  const read = after([{ type: 'query', query: 'kind:event' }, newest([2], { query: 'kind:event' })], state)
  expect(read.misread).toBe(null)
  expect(seqsOf(read)).toEqual([2])
})
