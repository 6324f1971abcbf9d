/** What the page says of sharing: how it stands, what to do, what became of a publication. */

import { expect, test } from 'vitest'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import type { ShareStatus, Status } from '../../src/contract/status.ts'
import { toFindings } from '../../src/doctor/findings.ts'
import { toChecklist } from '../../web/src/checklist.ts'
import { findAlarms } from '../../web/src/finding-words.ts'
import { readLamps } from '../../web/src/lamp-words.ts'
import { placeOf, waitsForStream } from '../../web/src/publication.ts'
import { nothingSeen } from '../../web/src/seen.ts'
import { initialState, reduce, type Message } from '../../web/src/state.ts'
import { toTimeline } from '../../web/src/timeline.ts'
import { sayOutcome } from '../../web/src/words.ts'

const since = '2026-11-23T10:00:00.000Z'
const sinceMs = Date.parse(since)

const hub: ShareStatus = {
  role: 'hub',
  url: 'nats://nats.example.com:4222',
  state: 'connected',
  since,
  detail: null,
  hint: null,
  lag: 0,
  name: null,
  hubSink: null,
  followers: [],
}
const lost = { state: 'disconnected', detail: 'nobody listens at x', hint: 'Start it.', lag: 2 } as const

function statusWith(share: ShareStatus | null, over: Partial<Status> = {}): Status {
  const status = {
    startedAt: since,
    sinkUrl: null,
    emulatorUrl: null,
    tunnel: null,
    subscription: null,
    targets: [],
    sink: null,
    clock: null,
    share,
    store: { state: 'ok', since, detail: null, hint: null },
    ...over,
  } as Status
  return { ...status, findings: toFindings(status) }
}

function delivery(id: number, over: Partial<Delivery> = {}): Delivery {
  const target = 'http://localhost:3000/'
  const rest = { attempt: 1, replay: false, startedAt: since, error: null, nextAttemptAt: null }
  return { id, seq: 1, target, status: 200, verdict: 'delivered', ...rest, ...over } as Delivery
}

const published = (id: number, over: Partial<Delivery> = {}) =>
  delivery(id, { channel: 'stream', target: hub.url, status: null, ...over })

function notification(over: Partial<Notification> = {}): Notification {
  return {
    seq: 1,
    kind: 'event',
    receivedAt: '2026-11-23T10:00:01.000Z',
    signature: { outcome: 'valid', claims: [], problems: [] },
    answer: { status: 200, body: null },
    headers: [['Host', 'x']],
    body: '{}',
    deliveries: [],
    ...over,
  } as unknown as Notification
}

test('the lamp is there only where something is shared; a follower has none for tunnel and subscription', () => {
  const namesOf = (share: ShareStatus | null) => readLamps(statusWith(share), sinceMs).map(({ name }) => name)

  expect(namesOf(null)).toEqual(['Tunnel', 'Subscription', 'Target'])
  expect(namesOf(hub)).toEqual(['Tunnel', 'Subscription', 'Target', 'Sharing'])
  expect(namesOf({ ...hub, role: 'follower' })).toEqual(['Target', 'Sharing'])
})

test('a connection that is lost is told with its reason, what to do and what it costs, for the whole page after a minute', () => {
  const away = statusWith({ ...hub, ...lost })
  const follower = statusWith({ ...hub, ...lost, role: 'follower' })
  const [alarm] = findAlarms(away, sinceMs + 60_000)

  expect(findAlarms(away, sinceMs + 59_000)).toEqual([])
  expect(alarm?.what).toBe('Sharing is disconnected: nobody listens at x.')
  expect(alarm?.why).toContain('2 notifications wait for the team.')
  expect(alarm?.todo).toBe('Start it. fic-dev retries.')
  expect(readLamps(away, sinceMs).at(-1)).toMatchObject({
    tone: 'bad',
    word: 'disconnected',
    says: [alarm?.what, alarm?.why, alarm?.todo],
  })
  expect(findAlarms(follower, sinceMs + 60_000)[0]?.why).toContain(
    'The stream keeps notifications for 7 days',
  )
  expect(findAlarms(statusWith(hub), sinceMs + 60_000)).toEqual([])
})

test('a follower waits for the hub, a hub without an app of its own for somebody who follows', () => {
  const titles = (status: Status) => toChecklist(status, nothingSeen).map(({ title, done }) => [title, done])
  const anna = { name: 'anna', company: 1, waiting: 0, connected: true, lastSeenAt: null }

  expect(titles(statusWith({ ...hub, role: 'follower', name: 'anna' }))).toEqual([
    ['Server reached', true],
    ['First event from the hub', false],
    ['Your app answered 2xx', false],
  ])
  expect(titles(statusWith(hub)).at(-1)).toEqual(['Somebody follows', false])
  expect(titles(statusWith({ ...hub, followers: [anna] })).at(-1)).toEqual(['Somebody follows', true])
  const targets = [
    { url: 'http://localhost:3000/', health: 'unknown', cause: null, paused: false },
  ] as Status['targets']
  expect(titles(statusWith(hub, { targets })).at(-1)).toEqual(['Your app answered 2xx', false])
})

test.for([
  ['delivered', 'good', 'shared'],
  ['retried', 'warn', 'not shared yet'],
  ['dropped', 'bad', 'not shared'],
  ['pending', 'quiet', 'sharing'],
] as const)('a publication that is %s reads %s, "%s"', ([verdict, tone, text]) => {
  expect(sayOutcome(published(1, { verdict, error: verdict === 'retried' ? 'lost' : null }))).toEqual({
    tone,
    text,
  })
})

test('a publication never stands in the place of what the app answered, whichever comes first', () => {
  const arrived = { type: 'notification', notification: notification() } as Message
  const rowAfter = (...deliveries: Delivery[]) => {
    const messages = deliveries.map((each): Message => ({ type: 'delivery', delivery: each }))
    const state = [arrived, ...messages].reduce(reduce, initialState)
    return { shown: state.rows[0]?.deliveries.map(({ id }) => id), answered: state.seen.answered }
  }

  expect(rowAfter(published(1), delivery(2))).toEqual({ shown: [2], answered: true })
  expect(rowAfter(delivery(1), published(2))).toEqual({ shown: [1], answered: true })
  expect(rowAfter(published(1))).toEqual({ shown: [1], answered: false })
})

test('publishing is one step of the timeline, and no attempt at the app', () => {
  const told = (over: Partial<Notification>, waits = false) =>
    toTimeline(notification(over), [], waits)
      .map(({ title, fact }) => [title, fact].filter(Boolean).join(' '))
      .slice(2)

  const deliveries = [
    published(1, { verdict: 'retried', error: 'x', nextAttemptAt: since }),
    published(2, { attempt: 2 }),
    delivery(3),
  ]
  expect(told({ deliveries })).toEqual(['Answered 200', 'Stream shared', 'Attempt 1 200'])
  expect(told({}, true)).toEqual(['Answered 200', 'Stream'])
  expect(told({ answer: { status: 0, body: null } })).toEqual([])
})

test('what is to be published and was not tried yet waits for the stream; what came before sharing does not', () => {
  const waits = (over: Partial<Notification>, share: ShareStatus | null = { ...hub, ...lost }) =>
    waitsForStream(notification(over), share, since)

  expect(waits({})).toBe(true)
  expect(waits({ receivedAt: '2026-11-23T09:00:00.000Z' })).toBe(false)
  expect(waits({ kind: 'verification' })).toBe(false)
  expect(waits({ signature: { outcome: 'invalid', claims: [], problems: [] } })).toBe(false)
  expect(waits({ deliveries: [published(1, { verdict: 'retried' })] })).toBe(false)
  expect(waits({}, { ...hub, ...lost, role: 'follower' })).toBe(false)
  expect(waits({}, hub)).toBe(false)
  expect(waits({}, null)).toBe(false)
})

test('the place in the stream is what the server said', () => {
  const responseBody = '{"stream":"FIC","seq":12,"duplicate":true}'
  expect(placeOf(published(1, { responseBody }))).toEqual({ stream: 'FIC', seq: 12, duplicate: true })
  expect(placeOf(published(1, { responseBody: null }))).toBeNull()
  expect(placeOf(published(1, { responseBody: 'no json' }))).toBeNull()
})

test('a finding that the stream reports is shown on the page and in its lamp, and goes with it', () => {
  const store = { state: 'failed', since, detail: 'The store is gone.', hint: 'Restart fic-dev.' } as const
  const tunnel = {
    provider: 'ssh',
    state: 'down',
    publicUrl: null,
    detail: null,
    since,
    history: [],
  } as const
  const facts = statusWith(null, { store, tunnel: { ...tunnel, history: [] } })
  const findings = toFindings(facts)
  const opened = reduce(
    { ...initialState, status: { ...facts, findings: [] } },
    { type: 'findings', findings },
  )
  const closed = reduce(opened, { type: 'findings', findings: [] })

  expect(opened.status && findAlarms(opened.status, sinceMs)).toMatchObject([
    { tone: 'failure', what: 'The store is gone.', todo: 'Restart fic-dev.' },
  ])
  expect(opened.status && readLamps(opened.status, sinceMs)[0]).toMatchObject({
    tone: 'bad',
    says: ['The tunnel (ssh) is down.', findings[1]?.why, findings[1]?.todo],
  })
  expect(closed.status?.findings).toEqual([])
})
