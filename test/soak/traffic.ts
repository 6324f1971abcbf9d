/** All that comes to a sink: true notifications and twins, forged ones, garbage, slow senders, huge headers, floods. */

import { Agent } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { makeKeys } from '../fic/signature/tokens.ts'
import { post, signedHeaders } from '../faults/load.ts'

export interface Traffic {
  /** How many requests of each kind were tried. */
  tried: Record<Kind, number>
  /** Ids of true notifications that were answered 200, twins counted once. */
  answered: Set<string>
  /** Answers that should not have been given, in words. */
  wrong: string[]
  stop(): Promise<void>
}

const kinds = ['true', 'twin', 'forged', 'garbage', 'slow', 'huge', 'elsewhere', 'flood'] as const
export type Kind = (typeof kinds)[number]

/** In the order of a round: mostly what is true. */
const round: readonly Kind[] = [
  ...Array.from({ length: 12 }, (): Kind => 'true'),
  ...(['twin', 'twin', 'forged', 'garbage', 'slow', 'huge', 'elsewhere'] as const),
]

const stranger = makeKeys('P-256')
const floodSize = 200
const body = '{"data":{"ids":[1]}}'

export function startTraffic(sinkUrl: string, workers: number, floodEveryMs: number): Traffic {
  const url = new URL(sinkUrl)
  const agent = new Agent({ keepAlive: true, maxSockets: floodSize })
  const tried = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>
  const answered = new Set<string>()
  const wrong: string[] = []
  let last = 0
  let latest = ''
  const over = new AbortController()

  const newId = (kind: Kind) => `${++last}:${kind}`

  function expectOneOf(kind: Kind, allowed: readonly number[], status: number | null): void {
    if (status !== null && !allowed.includes(status)) wrong.push(`${kind} was answered ${status}`)
  }

  async function sendTrue(kind: Kind, id: string): Promise<void> {
    const status = await post(sinkUrl, id, agent)
    if (status === 200) answered.add((latest = id))
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
      if (status === 200) answered.add(id)
      expectOneOf('slow', [200, 503], status)
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
    },
  }
}
