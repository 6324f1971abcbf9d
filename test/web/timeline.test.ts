/** The way of a notification in steps, trees of bodies, what is worth comparing, and what the trigger plans. */

import { expect, test } from 'vitest'
import type { Delivery, Notification } from '../../src/contract/notification.ts'
import type { TargetStatus } from '../../src/contract/status.ts'
import { chooseOther } from '../../web/src/choose-other.ts'
import { readJsonTree } from '../../web/src/json-tree.ts'
import { readPanel, toPanelPath } from '../../web/src/panel-route.ts'
import { scenarios } from '../../web/src/scenarios.ts'
import { toTimeline } from '../../web/src/timeline.ts'
import { countOf, planEvents } from '../../web/src/trigger-plan.ts'
import { findEventType } from '../../src/fic/event-types.ts'

function notification(seq: number, over: Partial<Notification> = {}): Notification {
  return {
    seq,
    receivedAt: '2026-03-01T12:00:00.000Z',
    answer: { status: 200, body: null },
    twinOf: null,
    eventType: null,
    cloudEvent: null,
    deliveries: [],
    ...over,
  } as Notification
}

function delivery(id: number, over: Partial<Delivery> = {}): Delivery {
  return {
    id,
    attempt: id,
    target: 'http://localhost:3000/',
    replay: false,
    startedAt: '2026-03-01T12:00:01.000Z',
    status: 503,
    error: null,
    verdict: 'retried',
    nextAttemptAt: null,
    ...over,
  } as Delivery
}

const told = (one: Notification, targets: TargetStatus[] = []) =>
  toTimeline(one, targets).map(({ title, fact, due }) => [title, fact, due].filter(Boolean).join(' '))

test('the steps are in the order in which they happened, and the next attempt is due', () => {
  const deliveries = [
    delivery(1),
    delivery(2, { nextAttemptAt: '2026-03-01T12:05:00.000Z' }),
    delivery(3, { attempt: 1, replay: true, status: 200, verdict: 'delivered' }),
  ]

  expect(told(notification(1, { deliveries }))).toEqual([
    'Received',
    'Captured safe on disk',
    'Answered 200',
    'Attempt 1 503',
    'Attempt 2 503',
    'Replay 200',
    'Attempt 3 true',
  ])
  expect(toTimeline(notification(1, { deliveries })).at(-1)).toMatchObject({ at: '2026-03-01T12:05:00.000Z' })
})

test('while forwarding is paused no time is promised', () => {
  const deliveries = [delivery(1, { nextAttemptAt: '2026-03-01T12:05:00.000Z' })]
  const paused = { url: 'http://localhost:3000/', paused: true } as TargetStatus

  expect(told(notification(1, { deliveries }), [paused]).at(-1)).toBe(
    'Attempt 2 when forwarding goes on true',
  )
})

test('of many deliveries the earlier ones are a number', () => {
  const deliveries = Array.from({ length: 9 }, (_, index) => delivery(index + 1))

  expect(told(notification(1, { deliveries })).slice(3, 5)).toEqual(['4 earlier deliveries', 'Attempt 5 503'])
})

test('a tree keeps every number, escape and doubled member as it was written', () => {
  expect(readJsonTree(String.raw`{"a":12345678901234567890,"a":["\u00e9",{},null]}`)).toEqual({
    kind: 'object',
    members: [
      { key: '"a"', value: { kind: 'scalar', token: 'number', text: '12345678901234567890' } },
      {
        key: '"a"',
        value: {
          kind: 'array',
          items: [
            { kind: 'scalar', token: 'string', text: String.raw`"\u00e9"` },
            { kind: 'object', members: [] },
            { kind: 'scalar', token: 'word', text: 'null' },
          ],
        },
      },
    ],
  })
})

test.for(['', '{', '[1]]', '['.repeat(100) + ']'.repeat(100)])('%j becomes no tree', (text) => {
  expect(readJsonTree(text)).toBeNull()
})

test.for([
  ['#/n/5', null, ''],
  ['#/n/5/edit', { kind: 'edit' }, '/edit'],
  ['#/n/5/compare?q=a', { kind: 'compare', other: null }, '/compare'],
  ['#/n/5/compare/3', { kind: 'compare', other: 3 }, '/compare/3'],
  ['#/n/5/answers/7/9', { kind: 'answers', left: 7, right: 9 }, '/answers/7/9'],
  ['#/n/5/nothing', null, ''],
] as const)('%s opens %j', ([hash, panel, path]) => {
  expect(readPanel(hash)).toEqual(panel)
  expect(toPanelPath(panel)).toBe(path)
})

test('compared is with the twin, else with the one before of the same type, else with the one before', () => {
  const rows = [
    notification(5, { eventType: 'b' }),
    notification(4),
    notification(3, { eventType: 'a' }),
    notification(2),
  ]

  expect(chooseOther(notification(5, { twinOf: 1 }), rows)).toBe(1)
  expect(chooseOther(notification(5, { eventType: 'a' }), rows)).toBe(3)
  expect(chooseOther(notification(5, { eventType: 'z' }), rows)).toBe(4)
  expect(chooseOther(notification(2), rows)).toBe(3)
  expect(chooseOther(notification(5), [notification(5)])).toBeNull()
})

const form = { type: 'taxes.create', ids: '1, a', count: 1, perSecond: null, mapping: null }

test('many events go in pieces, so that they can be stopped; at a rate they go one by one', () => {
  const atOnce = planEvents({ ...form, count: 120 })
  expect(atOnce.requests.map(countOf)).toEqual([50, 50, 20])
  expect(atOnce.requests[0]).toEqual({ type: 'taxes.create', ids: [1, 'a'], count: 50 })

  const slowly = planEvents({ ...form, ids: '', count: 3, perSecond: 5, mapping: 'structured' })
  expect([slowly.requests.length, slowly.pauseMs]).toEqual([3, 200])
  expect(slowly.requests[0]).toEqual({ type: 'taxes.create', count: 1, mapping: 'structured' })
})

test('every event of every scenario is one that Fatture in Cloud has', () => {
  const types = scenarios.flatMap((scenario) => scenario.events(7).map(({ type }) => type))

  expect(types.filter((type) => findEventType(type) === undefined)).toEqual([])
  expect(types.length).toBeGreaterThan(10)
})
