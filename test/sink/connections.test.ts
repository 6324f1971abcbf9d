/** Connections as a tunnel keeps them: idle ones, half requests, several requests on one; and no 408, ever. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NotificationPage } from '../../src/contract/api.ts'
import { createSink } from '../../src/sink/server.ts'
import { silentLog } from '../../src/log.ts'
import { newId, oneId, openHouse, type House } from '../support/house.ts'
import { openWire, toRequest } from '../support/wire.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

/** Leaves the connection open after the answer. */
const keepAlive = (id = newId()) => house.headers({ id }).filter((line) => line !== 'Connection: close')

/**
 * Node writes 408 on a connection that stays silent for `headersTimeout`; a tunnel gives it to the next notification.
 * 60 s of silence are too long for a test, so it looks at the settings.
 */
test('no time-out of the server can write a 408', async () => {
  const { app } = createSink({
    secret: 'x',
    take: () => Promise.reject(new Error('never asked')),
    answerProbe: () => null,
    log: silentLog(),
  })
  await app.ready()
  const { headersTimeout, requestTimeout, timeout, keepAliveTimeout, maxRequestsPerSocket } = app.server
  await app.close()

  expect({ headersTimeout, requestTimeout, timeout, keepAliveTimeout, maxRequestsPerSocket }).toEqual({
    headersTimeout: 0,
    requestTimeout: 0,
    timeout: 0,
    keepAliveTimeout: 0,
    maxRequestsPerSocket: 0,
  })
})

test('a connection that was silent at first, and again between requests, still takes notifications', async () => {
  using wire = await openWire(house.port)
  // Others come and go meanwhile.
  await house.capture(toRequest(`POST ${house.path}`, house.headers(), oneId))
  wire.send(toRequest(`POST ${house.path}`, keepAlive(), oneId))
  expect(await wire.answer()).toMatchObject({ status: 200, body: '' })
  await house.capture(toRequest(`POST ${house.path}`, house.headers(), oneId))
  wire.send(toRequest(`POST ${house.path}`, keepAlive(), oneId))

  expect(await wire.answer()).toMatchObject({ status: 200, body: '' })
})

test('ten idle connections, as a tunnel keeps them, all answer when their turn comes', async () => {
  const wires = await Promise.all(Array.from({ length: 10 }, () => openWire(house.port)))
  const answers = await Promise.all(
    wires.map((wire) => {
      wire.send(toRequest(`POST ${house.path}`, keepAlive(), oneId))
      return wire.answer()
    }),
  )
  for (const wire of wires) wire[Symbol.dispose]()

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
})

test('a request that comes byte by byte is taken in', async () => {
  using wire = await openWire(house.port)
  for (const byte of toRequest(`POST ${house.path}`, house.headers(), oneId)) wire.send(Buffer.from([byte]))

  expect(await wire.answer()).toMatchObject({ status: 200, body: '' })
})

test.each([
  ['nothing', ''],
  ['half a first line', 'POST /'],
  ['half of the headers', 'POST / HTTP/1.1\r\nHost: x\r\nX-Half'],
])('who sends %s and ends gets nothing written that could reach somebody else', async (_what, bytes) => {
  const before = await house.counts()
  using wire = await openWire(house.port)
  wire.send(bytes)
  wire.finish()

  expect(await wire.closed()).toBe('')
  expect(await house.counts()).toEqual(before)
})

test('half a body is never kept', async () => {
  const before = await house.counts()
  using wire = await openWire(house.port)
  wire.send(toRequest(`POST ${house.path}`, [...keepAlive(), 'Content-Length: 100']))
  wire.send('{"data":')
  wire.finish()

  expect(await wire.closed()).not.toContain('200 OK')
  expect((await house.counts()).captured).toBe(before.captured)
})

test('pipelined requests are answered in order, and each is kept', async () => {
  const ids = Array.from({ length: 5 }, newId)
  using wire = await openWire(house.port)
  wire.send(
    Buffer.concat([
      toRequest(`POST ${house.path}`, keepAlive(ids[0]), oneId),
      toRequest('GET /somewhere', ['Host: x']),
      ...ids.slice(1).map((id) => toRequest(`POST ${house.path}`, keepAlive(id), oneId)),
    ]),
  )
  const statuses: (number | null)[] = []
  for (let answered = 0; answered < 6; answered++) statuses.push((await wire.answer()).status)
  const page = (await (await house.fic.api('/api/notifications?limit=5')).json()) as NotificationPage

  expect(statuses).toEqual([200, 404, 200, 200, 200, 200])
  expect(page.items.map(({ cloudEvent }) => cloudEvent?.id).toSorted()).toEqual(ids.toSorted())
})

test('what is no HTTP after a notification does not take its answer away', async () => {
  using wire = await openWire(house.port)
  wire.send(
    Buffer.concat([toRequest(`POST ${house.path}`, house.headers(), oneId), Buffer.from('rubbish\r\n')]),
  )

  expect(await wire.answer()).toMatchObject({ status: 200 })
})

test('200 senders at once are all answered, and all are kept', async () => {
  const before = await house.counts()
  const answers = await Promise.all(
    Array.from({ length: 200 }, async () => {
      using wire = await openWire(house.port)
      wire.send(toRequest(`POST ${house.path}`, house.headers(), oneId))
      return (await wire.answer()).status
    }),
  )

  expect(new Set(answers)).toEqual(new Set([200]))
  expect((await house.counts()).captured).toBe(before.captured + 200)
})
