/** With the sink's path and no key, a stranger makes neither lists nor searches heavy. */

import { onTestFinished, expect, test } from 'vitest'
import type { NotificationPage } from '../../src/contract/api.ts'
import { readFilterText } from '../../src/store/filter/language.ts'
import { sampleCapture, openTestStore } from '../support/capture.ts'
import { openHouse, newId, oneId } from '../support/house.ts'
import { ask, toRequest } from '../support/wire.ts'
import { openRoom } from '../inspector/room.ts'

const mib = 1024 * 1024
const manyIds = Array.from({ length: 100_000 }, (_, index) => 3_000_000 + index)
const manyIdsBody = Buffer.from(JSON.stringify({ data: { ids: manyIds } }))

test('an unsigned body of more than 64 KiB is refused 413, one with an unknown key 503, and a signed one is taken in', async () => {
  await using house = await openHouse()
  const unsigned = (bytes: number) =>
    ask(house.port, toRequest(`POST ${house.path}`, ['Host: x', 'Connection: close'], 'x'.repeat(bytes)))
  const signed = house.headers({ id: newId() })
  const stranger = signed.map((line) =>
    line.startsWith('Authorization') ? `${line.slice(0, -4)}AAAA` : line,
  )

  expect((await unsigned(64 * 1024 + 1)).status).toBe(413)
  expect((await unsigned(64 * 1024)).status).toBe(200)
  expect((await ask(house.port, toRequest(`POST ${house.path}`, stranger, manyIdsBody))).status).toBe(503)
  expect((await ask(house.port, toRequest(`POST ${house.path}`, signed, manyIdsBody))).status).toBe(200)
  expect(await house.counts()).toMatchObject({ captured: 2, tooLarge: 1, rateLimited: 1 })
})

test('a page of a list ends at 8 MiB, and nextBefore leads to the rest', async () => {
  await using room = await openRoom()
  for (let count = 0; count < 20; count++) await room.capture({ ids: manyIds, body: manyIdsBody })

  const seqs: number[] = []
  let before: number | null = null
  let pages = 0
  do {
    const response = await room.api(
      `/api/notifications?limit=100${before === null ? '' : `&before=${before}`}`,
    )
    const text = await response.text()
    expect(Buffer.byteLength(text)).toBeLessThan(8 * mib + 1_000)
    const page = JSON.parse(text) as NotificationPage
    seqs.push(...page.items.map(({ seq }) => seq))
    before = page.nextBefore
    pages++
  } while (before !== null)

  expect(pages).toBeGreaterThan(1)
  expect(seqs).toEqual(Array.from({ length: 20 }, (_, index) => 20 - index))
})

test('a row has 100 ids at most and says how many there are; headers, body, claims and answers are left out', async () => {
  await using room = await openRoom()
  const claim = { claim: 'iss', value: 'x', expected: null, verdict: 'ok', says: 'x' } as const
  await room.capture({
    ids: manyIds,
    body: manyIdsBody,
    signature: { outcome: 'valid', claims: [claim], problems: [] },
  })
  const reader = await room.read('?view=row&after=0')

  const { items } = (await room.json('/api/notifications?view=row')) as NotificationPage
  const [, told] = await reader.until(2)

  expect(items[0]).toMatchObject({ headers: [], body: null, idCount: 100_000, bodyBytes: manyIdsBody.length })
  expect(items[0]?.ids).toEqual(manyIds.slice(0, 100))
  expect(items[0]?.signature).toEqual({ outcome: 'valid', claims: [], problems: [] })
  expect(told).toEqual({ type: 'notification', notification: items[0] })
})

test('a reader of the stream that asks for what it missed gets 1 MiB of it, then fetches', async () => {
  await using room = await openRoom()
  for (let count = 0; count < 12; count++) await room.capture({ ids: manyIds, body: manyIdsBody })
  const read: number[] = []
  const { listed } = room.store
  await using counting = await openRoom({
    store: { ...room.store, listed: (seq) => (read.push(seq), listed(seq)) },
  })

  const reader = await counting.read('?after=0')
  await reader.untilOne(({ type }) => type === 'lagged')

  expect(read.length).toBeLessThan(12)
})

test('a text of more than 200 characters is refused in a filter', async () => {
  await using room = await openRoom()
  const now = new Date()

  expect(readFilterText('x'.repeat(200), now)).toMatchObject({ outcome: 'filter' })
  const long = await room.api(`/api/notifications?q=${'x'.repeat(201)}`)
  expect([long.status, await long.json()]).toMatchObject([
    400,
    { error: { message: 'A text in a filter has at most 200 characters; "xxxxxxxxxxxxxxxxxxxx…" has 201.' } },
  ])
  const many = await room.api(`/api/notifications?q=${'x '.repeat(2_001)}`)
  expect([many.status, await many.json()]).toMatchObject([
    400,
    { error: { message: 'A filter has at most 4000 characters; this one has 4001.' } },
  ])
})

test('a search through large bodies reads them in portions, lets others have their turn, and goes on where it ended', async () => {
  const store = await openTestStore()
  const body = Buffer.alloc(400 * 1024, 'a')
  for (let count = 0; count < 12; count++) await store.capture(sampleCapture({ body }), { targets: [] })
  // Not of letters that an id may have.
  const terms = [{ field: 'text', value: 'aaz', not: false }] as const
  let turns = 0
  const timer = setInterval(() => turns++, 0)
  onTestFinished(() => clearInterval(timer))

  // Without time, it ends after each portion: of more than 1 MiB only if a single body is.
  const ends: (number | null)[] = []
  let before = Infinity
  do {
    const { seqs, searchedTo } = await store.find({ terms, before }, 100, 0)
    expect(seqs).toEqual([])
    ends.push(searchedTo)
    before = searchedTo ?? 0
  } while (before > 0)
  expect(ends).toEqual([11, 9, 7, 5, 3, null])

  turns = 0
  expect(await store.find({ terms }, 100)).toEqual({ seqs: [], searchedTo: null })
  expect(turns).toBeGreaterThan(0)
})

test('a search that ends early says how far it got, and the next page goes on there', async () => {
  await using room = await openRoom()
  for (let count = 0; count < 40; count++) await room.capture()
  const { find } = room.store
  await using hasty = await openRoom({
    store: { ...room.store, find: (filter, limit) => find(filter, limit, 0) },
  })

  const first = await hasty.json('/api/notifications?q=nowhere')
  expect(first).toEqual({ items: [], nextBefore: 25, searchedTo: 25 })
  expect(await hasty.json('/api/notifications?q=nowhere&before=9')).toEqual({ items: [], nextBefore: null })
})

test('the sink answers while its path is asked for the worst', async () => {
  await using house = await openHouse()
  const hostile = Array.from({ length: 60 }, () =>
    ask(house.port, toRequest(`POST ${house.path}`, ['Host: x', 'Connection: close'], manyIdsBody)),
  )
  const genuine = ask(house.port, toRequest(`POST ${house.path}`, house.headers(), oneId))

  expect((await genuine).status).toBe(200)
  expect(new Set((await Promise.all(hostile)).map(({ status }) => status))).toEqual(new Set([413]))
})
