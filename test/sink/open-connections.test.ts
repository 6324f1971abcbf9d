/** How many connections stay open, and which are ended when there are more: never with a word that somebody else could get. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { limitConnections } from '../../src/sink/open-connections.ts'
import { openWire, toRequest, type Wire } from '../support/wire.ts'

const half = 'POST / HTTP/1.1\r\nHost: x\r\nX-Half'
const halfBody = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'
const whole = toRequest('POST /', ['Host: x'], '{}')

/** Answers 200 once the body is there. */
const answerWhole: RequestListener = (request, response) =>
  void request.resume().on('end', () => response.end())

async function listen(answer = answerWhole) {
  const server = createServer({ headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 }, answer)
  limitConnections(server, { open: 8, silent: 3 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  /** Resolves when the server knows of it. */
  async function open(bytes: string | Buffer = ''): Promise<Wire> {
    const known = once(server, 'connection')
    const wire = await openWire(port)
    onTestFinished(() => wire[Symbol.dispose]())
    const [socket] = await known
    if (bytes.length > 0) {
      const read = once(socket, 'data')
      wire.send(bytes)
      await read
    }
    return wire
  }
  const openMany = async (count: number, bytes: string | Buffer = '') => {
    const wires: Wire[] = []
    for (let each = 0; each < count; each++) wires.push(await open(bytes))
    return wires
  }
  const connections = () =>
    new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
  return { server, open, openMany, connections }
}

async function statusOn(wire: Wire): Promise<number | null> {
  wire.send(whole)
  return (await wire.answer()).status
}

test.each([
  ['of its headers', half],
  ['of its body', halfBody],
])(
  'who has sent half %s and waits longest is ended without a byte; silent ones stay',
  async (_what, bytes) => {
    const { open, openMany } = await listen()
    const silent = await openMany(3)
    const halves = await openMany(5, bytes)
    await open()
    await open()

    expect(await halves[0]?.closed()).toBe('')
    expect(await halves[1]?.closed()).toBe('')
    for (const wire of silent) expect(await statusOn(wire)).toBe(200)
  },
)

test('however many begin and never finish, no more stay open, and who sends a whole request is answered', async () => {
  const { open, openMany, connections } = await listen()
  const tunnel = await openMany(3)
  for (let round = 0; round < 20; round++) {
    await openMany(10, round % 2 === 0 ? half : halfBody)
    const wire = await open()
    expect(await statusOn(wire)).toBe(200)
    expect(await connections()).toBeLessThanOrEqual(9)
  }
  for (const wire of tunnel) expect(await statusOn(wire)).toBe(200)
})

test('of silent ones the first few stay, as a tunnel needs them, and the newest, which may be about to send', async () => {
  const { openMany } = await listen()
  const wires = await openMany(12)
  const [first, second, third, fourth, fifth, sixth, seventh, ...rest] = wires

  for (const wire of [fourth, fifth, sixth, seventh]) expect(await wire?.closed()).toBe('')
  for (const wire of [first, second, third, ...rest]) expect(await statusOn(wire as Wire)).toBe(200)
})

test('what is being answered is never ended, however many there are', async () => {
  const answers: (() => void)[] = []
  const asked: (() => void)[] = []
  const { openMany } = await listen((request, response) => {
    request.resume().on('end', () => {
      answers.push(() => response.end())
      asked.shift()?.()
    })
  })
  const all = Promise.all(Array.from({ length: 20 }, () => new Promise<void>((done) => asked.push(done))))
  const wires = await openMany(20, whole)
  await all
  for (const answer of answers) answer()

  const statuses = await Promise.all(wires.map(async (wire) => (await wire.answer()).status))
  expect(statuses).toEqual(Array.from({ length: 20 }, () => 200))
})

test('a half request behind a whole one does not take its answer away', async () => {
  let answer = () => {}
  const { open, openMany } = await listen((request, response) => {
    if (request.headers['x-wait'] === undefined) return answerWhole(request, response)
    answer = () => void response.end()
  })
  const patient = await open(
    Buffer.concat([toRequest('GET /', ['Host: x', 'X-Wait: 1']), Buffer.from(halfBody)]),
  )
  await openMany(20, half)
  answer()

  expect((await patient.answer()).status).toBe(200)
})

test('an answered connection waits anew: it is behind those that were there before', async () => {
  const { open, openMany } = await listen()
  await openMany(3)
  const kept = await open()
  const older = await openMany(4)
  expect(await statusOn(kept)).toBe(200)
  await open()

  expect(await older[0]?.closed()).toBe('')
  expect(await statusOn(kept)).toBe(200)
})

test('one that begins after a long silence is behind those that were seen with half a request before', async () => {
  const { openMany, open } = await listen()
  const [late] = await openMany(1)
  const halves = await openMany(7, half)
  await open()
  expect(await halves[0]?.closed()).toBe('')
  late?.send(whole.subarray(0, 10))
  await open(half)
  await open(half)

  expect(await halves[1]?.closed()).toBe('')
  late?.send(whole.subarray(10))
  expect((await late?.answer())?.status).toBe(200)
})
