/** All that comes to a sink: true ones and twins, forged ones, garbage, slow senders, half requests, huge headers, floods. */

import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { makeKeys } from '../../support/tokens.ts'
import { post, signedHeaders } from '../../support/load.ts'

export interface Traffic {
  /** How many requests of each kind were tried. */
  tried: Record<Kind, number>
  /** Ids of true notifications, and how often each was answered 200: once, and once more for each twin. */
  answered: Map<string, number>
  /** Answers that should not have been given, in words. */
  wrong: string[]
  stop(): Promise<void>
}

const kinds = ['true', 'twin', 'forged', 'garbage', 'slow', 'half', 'huge', 'elsewhere', 'flood'] as const
type Kind = (typeof kinds)[number]

/** In the order of a round: mostly what is true. */
const round: readonly Kind[] = [
  ...Array.from({ length: 12 }, (): Kind => 'true'),
  ...(['twin', 'twin', 'forged', 'garbage', 'slow', 'half', 'huge', 'elsewhere'] as const),
]

const stranger = makeKeys('P-256')
const floodSize = 200
/** More than a sink keeps open. */
const mostHalves = 800
const answerLimitMs = 60_000
const body = '{"data":{"ids":[1]}}'

export function startTraffic(sinkUrl: string, workers: number, floodEveryMs: number): Traffic {
  const url = new URL(sinkUrl)
  const agent = new Agent({ keepAlive: true, maxSockets: floodSize })
  const tried = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>
  const answered = new Map<string, number>()
  const halves = new Set<Socket>()
  const wrong: string[] = []
  let last = 0
  let latest = ''
  const over = new AbortController()

  const newId = (kind: Kind) => `${++last}:${kind}`

  const count = (id: string) => void answered.set(id, (answered.get(id) ?? 0) + 1)

  function expectOneOf(kind: Kind, allowed: readonly number[], status: number | null): void {
    if (status !== null && !allowed.includes(status)) wrong.push(`${kind} was answered ${status}`)
  }

  /** A client that lost its connection in the same turn as it got it is told nothing: not ours to wait for. */
  async function endOf(sending: Promise<number>): Promise<number> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const waits = Object.values(agent.sockets).some((sockets) => sockets && sockets.length > 0)
        if (waits) wrong.push(`no answer within ${answerLimitMs / 1_000} s`)
        reject(new Error('late'))
      }, answerLimitMs)
    })
    return Promise.race([sending, late]).finally(() => clearTimeout(timer))
  }

  async function sendTrue(kind: Kind, id: string): Promise<void> {
    const status = await endOf(post(sinkUrl, id, agent))
    if (status === 200) count((latest = id))
    expectOneOf(kind, [200, 503], status)
  }

  /** The bytes, in parts; the status of the first answer, `null` where none came. */
  async function sendRaw(parts: readonly string[], pauseMs = 0): Promise<number | null> {
    const socket = connect({ port: Number(url.port), host: url.hostname })
    let received = ''
    const ended = new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        received += String(chunk)
        if (received.includes('\r\n\r\n')) resolve()
      })
      socket.on('error', () => resolve()).on('close', () => resolve())
    })
    for (const part of parts) {
      socket.write(part)
      if (pauseMs > 0) await pause(pauseMs)
    }
    await Promise.race([ended, pause(2_000)])
    socket.destroy()
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1]
    return status === undefined ? null : Number(status)
  }

  function toHead(headers: Record<string, string>, path = url.pathname): string {
    const lines = Object.entries({ host: url.host, ...headers }).map(([name, value]) => `${name}: ${value}`)
    return `POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
  }

  const send: Record<Kind, () => Promise<void>> = {
    true: () => sendTrue('true', newId('true')),
    twin: () => (latest === '' ? Promise.resolve() : sendTrue('twin', latest)),
    async forged() {
      const headers = signedHeaders(sinkUrl, newId('forged'), stranger.privateKey)
      const answer = await fetch(sinkUrl, { method: 'POST', headers, body })
      expectOneOf('forged', [200, 503], answer.status)
    },
    async garbage() {
      expectOneOf('garbage', [400, 404, 405, 503], await sendRaw(['\u0000\u0001 rubbish \r\n\r\n\r\n']))
    },
    async slow() {
      const id = newId('slow')
      const length = { 'content-length': String(body.length) }
      const text = toHead({ ...signedHeaders(sinkUrl, id), ...length }) + body
      const parts = Array.from({ length: 10 }, (_, index) => {
        const at = (share: number) => Math.floor((text.length * share) / 10)
        return text.slice(at(index), at(index + 1))
      })
      const status = await sendRaw(parts, 30)
      if (status === 200) count(id)
      expectOneOf('slow', [200, 503], status)
    },
    /** Begins a request and leaves it so. Not a byte may come back: it would be for somebody else. */
    async half() {
      const socket = connect({ port: Number(url.port), host: url.hostname })
      halves.add(socket)
      socket.on('data', (data) => wrong.push(`half was answered ${String(data).slice(0, 40)}`))
      socket.on('error', () => {}).on('close', () => halves.delete(socket))
      const head = toHead({ 'content-length': '100' })
      socket.write(tried.half % 2 === 0 ? head : head.slice(0, 20))
      if (halves.size > mostHalves) for (const oldest of [...halves].slice(0, 100)) oldest.destroy()
    },
    async huge() {
      expectOneOf('huge', [431, 503], await sendRaw([toHead({ 'x-huge': 'x'.repeat(64 * 1024) })]))
    },
    async elsewhere() {
      const status = await sendRaw([toHead({ 'content-length': '5000000' }, '/elsewhere')])
      expectOneOf('elsewhere', [404, 503], status)
    },
    async flood() {
      await Promise.all(Array.from({ length: floodSize }, () => trySend('true')))
    },
  }

  /** What meets a daemon that was just killed, or a way that is cut, was only tried. */
  async function trySend(kind: Kind): Promise<void> {
    tried[kind]++
    await send[kind]().catch(() => pause(20))
  }

  async function work(worker: number): Promise<void> {
    for (let turn = worker; !over.signal.aborted; turn++) {
      await trySend(round[turn % round.length] ?? 'true')
      await pause(10)
    }
  }

  async function floodAgainAndAgain(): Promise<void> {
    while (!over.signal.aborted) {
      await pause(floodEveryMs)
      if (!over.signal.aborted) await trySend('flood')
    }
  }

  const done = Promise.all([
    ...Array.from({ length: workers }, (_, index) => work(index)),
    floodAgainAndAgain(),
  ])
  return {
    tried,
    answered,
    wrong,
    async stop() {
      over.abort()
      await done
      agent.destroy()
      for (const socket of halves) socket.destroy()
    },
  }
}
