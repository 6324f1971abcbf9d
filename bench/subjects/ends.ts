/**
 * Both ends of the chain in a process of their own: Fatture in Cloud, which sends, and the developer's app, which
 * receives. In one process, so that the same clock tells when a notification left and when it arrived.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Connection } from './connection.ts'
import { createMessages, type SignedMessage, type Wanted } from './messages.ts'

export interface SendOrder {
  /** Connections at once. */
  connections: number
  /** Requests per second; as fast as they are answered when left out. */
  perSecond?: number
  /** Wait until all have arrived at the app, or nothing has for five seconds. */
  untilDelivered?: boolean
  /** Send the prepared messages this many times over. */
  times?: number
}

export interface Sent {
  answered: number
  /** Sent, and not answered with a status below 300. */
  refused: number
  answeredInMs: number
  deliveredInMs: number
  /** Of those that were answered, how many never arrived. */
  lost: number
  /** From the first byte sent to the whole request at the app, per message that arrived. */
  latenciesMs: number[]
  /** From the first byte sent to the answer, per message. */
  answersMs: number[]
  /** Connections of the app at once, at most. */
  peakSockets: number
}

let messages: SignedMessage[] = []
const arrivedAt = new Map<string, number>()
let lastArrival = 0
let sockets = 0
let peakSockets = 0

const app = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume()
  request.on('end', () => {
    lastArrival = performance.now()
    const id = String(request.headers['ce-id'])
    if (!arrivedAt.has(id)) arrivedAt.set(id, lastArrival)
    response.writeHead(200, { 'content-length': 0 }).end()
  })
})
app.on('connection', (socket) => {
  peakSockets = Math.max(peakSockets, ++sockets)
  socket.on('close', () => sockets--)
})

app.listen(0, '127.0.0.1', 4096, () => {
  process.send?.(`http://127.0.0.1:${(app.address() as AddressInfo).port}/webhooks`)
})

process.on('message', (question: { prepare: Wanted } | { send: SendOrder & { port: number } }) => {
  if ('prepare' in question) {
    messages = createMessages(question.prepare)
    process.send?.(messages.length)
    return
  }
  void send(question.send).then((sent) => process.send?.(sent))
})

async function send({
  port,
  connections,
  perSecond,
  untilDelivered = false,
  times = 1,
}: SendOrder & { port: number }): Promise<Sent> {
  arrivedAt.clear()
  peakSockets = sockets
  const pool = Array.from({ length: connections }, () => new Connection(port))
  const sentAt = new Map<string, number>()
  const answersMs: number[] = []
  const answeredIds: string[] = []
  let refused = 0

  async function sendOne(connection: Connection, { id, request }: SignedMessage): Promise<void> {
    const at = performance.now()
    sentAt.set(id, at)
    const status = await connection.send(request)
    if (status < 200 || status >= 300) {
      refused++
      return
    }
    answersMs.push(performance.now() - at)
    answeredIds.push(id)
  }

  const startedAt = performance.now()
  await (perSecond === undefined ? sendAll(pool, times, sendOne) : sendPaced(pool, perSecond, sendOne))
  const answeredInMs = performance.now() - startedAt
  if (untilDelivered) await untilArrived(answeredIds)
  for (const connection of pool) connection.close()

  const latenciesMs = [...arrivedAt].map(([id, at]) => at - (sentAt.get(id) ?? at))
  return {
    answered: answeredIds.length,
    refused,
    answeredInMs,
    deliveredInMs: lastArrival - startedAt,
    lost: answeredIds.filter((id) => !arrivedAt.has(id)).length,
    latenciesMs: perSecond === undefined ? [] : latenciesMs,
    answersMs: perSecond === undefined ? [] : answersMs,
    peakSockets,
  }
}

type SendOne = (connection: Connection, message: SignedMessage) => Promise<void>

async function sendAll(pool: readonly Connection[], times: number, sendOne: SendOne): Promise<void> {
  const count = messages.length * times
  let next = 0
  const work = async (connection: Connection) => {
    while (next < count) {
      const message = messages[next++ % messages.length]
      if (message) await sendOne(connection, message)
    }
  }
  await Promise.all(pool.map(work))
}

/** Late ones are not made up for: what one slow answer delays shall not come as a burst. */
async function sendPaced(pool: readonly Connection[], perSecond: number, sendOne: SendOne): Promise<void> {
  const under = new Set<Promise<void>>()
  const everyMs = 1000 / perSecond
  for (const message of messages) {
    const dueAt = performance.now() + everyMs
    const free = pool.find(({ isFree }) => isFree)
    if (free) {
      const sending = sendOne(free, message).finally(() => under.delete(sending))
      under.add(sending)
    }
    const pauseMs = dueAt - performance.now()
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  await Promise.all(under)
}

async function untilArrived(ids: readonly string[]): Promise<void> {
  lastArrival = Math.max(lastArrival, performance.now())
  while (ids.some((id) => !arrivedAt.has(id)) && performance.now() - lastArrival < 5_000) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
