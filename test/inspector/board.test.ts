/** What the private API counts, how it understands the filter language, and that long bodies are cut in lists. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NotificationPage } from '../../src/contract/api.ts'
import type { CoverageAnswer, HistogramAnswer } from '../../src/contract/board.ts'
import type { Notification } from '../../src/contract/notification.ts'
import { sampleDelivery } from '../support/capture.ts'
import { openRoom, type Room } from './room.ts'

let room: Room
const prefix = 'it.fattureincloud.webhooks.'
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

beforeAll(async () => {
  room = await openRoom({ heldTypes: () => [`${prefix}entities.clients.create`, `${prefix}brand.new`] })
  const clients = { eventType: `${prefix}entities.clients.create` }
  await room.capture({ ...clients, receivedAt: minutesAgo(300) })
  await room.capture({ ...clients, receivedAt: minutesAgo(30) })
  await room.capture({ ...clients, receivedAt: minutesAgo(30) })
  await room.capture({ eventType: `${prefix}taxes.unheard_of`, receivedAt: minutesAgo(2) })
  await room.capture({
    ...clients,
    receivedAt: minutesAgo(1),
    signature: { outcome: 'invalid', claims: [], problems: [] },
  })
  await deliver(2, 200, 'delivered')
  await deliver(3, 500, 'retried')
  await deliver(4, 404, 'dropped')
})
afterAll(() => room[Symbol.asyncDispose]())

async function deliver(seq: number, status: number, verdict: 'delivered' | 'retried' | 'dropped') {
  await room.store.beginDelivery(sampleDelivery({ id: room.store.nextDeliveryId(), seq, status, verdict }))
}

async function histogram(query: string) {
  const { buckets } = (await room.json(`/api/histogram${query}`)) as HistogramAnswer
  return {
    buckets,
    counts: buckets.map(({ counts }) => counts).filter((each) => Object.keys(each).length > 0),
  }
}

test('the last hour is told minute by minute, by what became of the notifications', async () => {
  const { buckets, counts } = await histogram('')

  expect(buckets).toHaveLength(60)
  expect(counts.flatMap(Object.entries)).toEqual(
    expect.arrayContaining([
      ['delivered', 1],
      ['retried', 1],
      ['dropped', 1],
      ['none', 1],
    ]),
  )
  const times = buckets.map(({ at }) => Date.parse(at))
  expect(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) === 60_000)).toBe(true)
})

test('a filter and another span count what they let through', async () => {
  expect((await histogram('?q=target:5xx')).counts).toEqual([{ retried: 1 }])
  expect((await histogram('?minutes=5')).counts).toEqual([{ dropped: 1 }, { none: 1 }])
  expect((await histogram('?minutes=400&q=type:clients+delivery:none+signature:valid')).counts).toEqual([
    { none: 1 },
  ])
})

test('coverage tells of every type whether it is held, was seen, and was answered well', async () => {
  const { items } = (await room.json('/api/coverage')) as CoverageAnswer
  const of = (shortName: string) => items.find((item) => item.shortName === shortName)

  expect(of('entities.clients.create')).toMatchObject({
    held: true,
    seen: 3,
    answered: 1,
    lastSeq: 3,
    lastOutcome: 'retried',
  })
  expect(of('taxes.unheard_of')).toMatchObject({ held: false, seen: 1, lastOutcome: 'dropped' })
  expect(of('brand.new')).toMatchObject({ held: true, seen: 0, lastSeq: null })
  // 75 that are known (docs/protocol.md#6-event-types-and-scopes), and these two.
  expect(items).toHaveLength(77)
})

test('q of the list is in the filter language, beside the other conditions', async () => {
  const list = async (query: string) =>
    ((await room.json(`/api/notifications?${query}`)) as NotificationPage).items.map(({ seq }) => seq)

  expect(await list('q=type:clients+-target:5xx+since:1h')).toEqual([5, 2])
  expect(await list('q=type:clients&signature=invalid')).toEqual([5])
  expect(await list('q=unheard')).toEqual([4])
})

test.for(['/api/notifications?q=kind:nonsense', '/api/histogram?q=kind:nonsense'])(
  'a mistake in %s is answered 400, in words',
  async (path) => {
    const answer = await room.api(path)

    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: {
        message: expect.stringContaining('Invalid value in "kind:nonsense".'),
        hint: expect.any(String),
      },
    })
  },
)

test('a body of more than 64 KiB is cut in lists and on the stream, never within a character; the detail has it whole', async () => {
  await using room = await openRoom()
  const reader = await room.read()
  const text = `a${'è'.repeat(40_000)}`
  const body = Buffer.from(text)
  await room.capture({ body })
  const cut = text.slice(0, 1 + (64 * 1024 - 2) / 2)

  const { items } = (await room.json('/api/notifications')) as NotificationPage
  expect(items[0]?.body).toBe(cut)
  expect(items[0]?.bodyBytes).toBe(80_001)
  const [, streamed] = await reader.until(2)
  expect(streamed).toMatchObject({ notification: { body: cut, bodyBytes: 80_001 } })
  expect(((await room.json('/api/notifications/1')) as Notification).body).toBe(text)
  const missed = await (await room.read('?after=0')).until(2)
  expect(missed[1]).toMatchObject({ notification: { body: cut } })
})
