/** The stream: hello, what was missed, what happens; nothing twice, nothing left out; slow readers are told. */

import { once } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { StreamMessage } from '../../src/contract/stream.ts'
import { openRoom, toCapture } from './room.ts'

afterEach(() => void vi.useRealTimers())

const seqsIn = (messages: StreamMessage[]) =>
  messages.flatMap((message) => (message.type === 'notification' ? [message.notification.seq] : []))

const from = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

test('hello comes first and says where the store stands', async () => {
  await using room = await openRoom()
  await room.capture()
  const reader = await room.read()

  expect(await reader.until(1)).toEqual([
    { type: 'hello', version: '0.0.0', lastSeq: 1, status: { version: '0.0.0', project: 'test' } },
  ])
})

test('without a cursor only what happens from now on is told, to every reader', async () => {
  await using room = await openRoom()
  await room.capture()
  const readers = [await room.read(), await room.read()]
  const notification = await room.capture()
  room.inspector.stream.publish({ type: 'removed', seq: 7 })

  for (const reader of readers) {
    expect((await reader.until(3)).slice(1)).toEqual([
      { type: 'notification', notification },
      { type: 'removed', seq: 7 },
    ])
  }
  expect(room.inspector.stream.readers()).toBe(2)
})

test('after a cursor what was missed comes first, oldest first, then what happens', async () => {
  await using room = await openRoom()
  for (let count = 0; count < 5; count++) await room.capture()
  const reader = await room.read('?after=2')
  await room.capture()

  const messages = await reader.until(5)
  expect(messages[0]).toMatchObject({ type: 'hello', lastSeq: 5 })
  expect(seqsIn(messages)).toEqual([3, 4, 5, 6])
})

test('readers who join while captures pour in get every one exactly once, in order', async () => {
  await using room = await openRoom()
  const total = 400
  const captures: Promise<unknown>[] = []
  const readers: Awaited<ReturnType<typeof room.read>>[] = []
  for (let count = 0; count < total; count++) {
    captures.push(room.capture())
    if (count % 8 === 0) await Promise.race(captures.slice(-1))
    if (count % 40 === 0) readers.push(await room.read('?after=0'))
  }
  await Promise.all(captures)

  for (const reader of readers) {
    const messages = await reader.until(total + 1)
    expect(seqsIn(messages)).toEqual(from(1, total))
  }
})

describe('how much is caught up on', () => {
  test('1,000 notifications are streamed', async () => {
    await using room = await openRoom()
    await Promise.all(Array.from({ length: 1_000 }, () => room.capture()))
    const reader = await room.read('?after=0')

    expect(seqsIn(await reader.until(1_001))).toEqual(from(1, 1_000))
  })

  test('more are to be fetched: lagged says from where, and live ones follow', async () => {
    await using room = await openRoom()
    await Promise.all(Array.from({ length: 1_001 }, () => room.capture()))
    const reader = await room.read('?after=0')
    await reader.until(2)
    await room.capture()

    const messages = await reader.until(3)
    expect(messages[1]).toEqual({ type: 'lagged', after: 0, lastSeq: 1_001 })
    expect(seqsIn(messages)).toEqual([1_002])
  })
})

test('a cursor that is no number is refused', async () => {
  await using room = await openRoom()

  await expect(room.read('?after=x')).rejects.toThrow('400')
  await expect(room.read('?after=-1')).rejects.toThrow('400')
  expect(room.inspector.stream.readers()).toBe(0)
})

test('a reader that does not read holds nobody up, and is told from where to fetch again', async () => {
  await using room = await openRoom()
  const slow = await room.read()
  const quick = await room.read()
  await slow.until(1)
  slow.socket.pause()
  const body = Buffer.alloc(64 * 1024, 0x20)
  const total = 320
  for (let count = 0; count < total; count++) await room.store.capture(toCapture({ body }), { targets: [] })
  const told = seqsIn(await quick.until(total + 1))
  slow.socket.resume()
  const messages = await slow.untilOne(({ type }) => type === 'lagged')
  await room.capture()
  const after = await slow.untilOne(
    (message) => message.type === 'notification' && message.notification.seq === total + 1,
  )

  expect(told).toEqual(from(1, total))
  const streamed = seqsIn(messages)
  const last = streamed.at(-1) ?? 0
  expect(streamed).toEqual(from(1, last))
  expect(last).toBeLessThan(total)
  expect(messages.at(-1)).toEqual({ type: 'lagged', after: last, lastSeq: total })
  expect(seqsIn(after)).toEqual([...streamed, total + 1])
})

describe('every 20 seconds', () => {
  test('a reader is asked whether it is still there, and stays', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await using room = await openRoom()
    const reader = await room.read()

    for (let times = 0; times < 3; times++) {
      const pinged = once(reader.socket, 'ping')
      vi.advanceTimersByTime(20_000)
      await pinged
      // Its pong stands before this answer on the way back.
      reader.socket.ping()
      await once(reader.socket, 'pong')
    }
    expect(room.inspector.stream.readers()).toBe(1)
  })

  test('one that did not answer the last time is given up', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await using room = await openRoom()
    const reader = await room.read()
    await reader.until(1)
    reader.socket.pause()
    const closed = once(reader.socket, 'close')
    vi.advanceTimersByTime(40_000)
    reader.socket.resume()
    await closed

    expect(room.inspector.stream.readers()).toBe(0)
  })
})

test('who has left is no reader any more', async () => {
  await using room = await openRoom()
  const reader = await room.read()
  reader.socket.close()
  await once(reader.socket, 'close')
  await room.capture()

  expect(room.inspector.stream.readers()).toBe(0)
})

test('a message that a reader sends does nothing; one of more than 4 KiB ends the connection', async () => {
  await using room = await openRoom()
  const polite = await room.read()
  polite.socket.send('{"type":"notification"}')
  polite.socket.ping()
  await once(polite.socket, 'pong')
  expect(polite.messages).toHaveLength(1)

  polite.socket.send('x'.repeat(5 * 1024))
  await once(polite.socket, 'close')
  expect(await room.json('/api/status')).toMatchObject({ project: 'test' })
})

test('when fic-dev stops, readers are told to go', async () => {
  const room = await openRoom()
  const reader = await room.read()
  const closed = once(reader.socket, 'close')
  await room[Symbol.asyncDispose]()

  expect((await closed)[0]).toBe(1001)
})
