/** Sends one request to a target and tells how it ended. Headers go out as they were captured, repeated ones included. */

import http from 'node:http'
import https from 'node:https'
import type { HeaderPair } from '../contract/notification.ts'
import { messageOf } from '../errors.ts'
import type { OutgoingRequest } from './request.ts'

export interface SendResult {
  /** `null` when no whole answer came. */
  status: number | null
  /** Why there is no status, in words. */
  error: string | null
  headers: HeaderPair[]
  /** At most the first 64 KiB. */
  body: string | null
  durationMs: number
  /** Nobody listens at the address: the next one would fare no better. */
  refused: boolean
}

export interface Sender {
  /** Never throws. No redirect is followed. */
  send(request: OutgoingRequest, timeoutMs: number): Promise<SendResult>
  /** Breaks off what is still under way. */
  close(): void
}

const keptBodyBytes = 64 * 1024

/** `maxSockets` bounds the connections to one target. */
export function createSender(maxSockets: number): Sender {
  const options = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets }
  const agents = { http: new http.Agent(options), https: new https.Agent(options) }
  const sending = new Set<Exchange>()

  async function send(outgoing: OutgoingRequest, timeoutMs: number): Promise<SendResult> {
    const startedAt = performance.now()
    const exchange: Exchange = { outgoing, request: null, brokenOff: null }
    sending.add(exchange)
    const timer = setTimeout(() => breakOff(exchange, `no answer within ${timeoutMs / 1000} s`), timeoutMs)
    try {
      const answer = await run(exchange, agents)
      return { ...answer, error: null, durationMs: since(startedAt), refused: false }
    } catch (thrown) {
      return {
        status: null,
        error: exchange.brokenOff ?? explain(thrown),
        headers: [],
        body: null,
        durationMs: since(startedAt),
        refused: codeOf(thrown) === 'ECONNREFUSED',
      }
    } finally {
      clearTimeout(timer)
      sending.delete(exchange)
    }
  }

  return {
    send,
    close() {
      for (const exchange of sending) breakOff(exchange, 'fic-dev stopped before the target answered')
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** A request under way. Not an AbortSignal: one for each request costs as much as a third of the request. */
interface Exchange {
  outgoing: OutgoingRequest
  request: http.ClientRequest | null
  /** Why it was ended by us, in words. */
  brokenOff: string | null
}

function breakOff(exchange: Exchange, reason: string): void {
  exchange.brokenOff ??= reason
  exchange.request?.destroy(new Error(reason))
}

type Answer = Pick<SendResult, 'status' | 'headers' | 'body'>
type Agents = { http: http.Agent; https: https.Agent }

async function run(exchange: Exchange, agents: Agents): Promise<Answer> {
  try {
    return await runOnce(exchange, agents)
  } catch (thrown) {
    // The target closed a kept connection while the request was on its way: that says nothing about the target.
    if (thrown instanceof StaleConnection && exchange.brokenOff === null) return runOnce(exchange, agents)
    throw thrown
  }
}

class StaleConnection extends Error {}

function runOnce(exchange: Exchange, agents: Agents): Promise<Answer> {
  const { method, url, headers, body } = exchange.outgoing
  const isHttps = url.protocol === 'https:'
  return new Promise((resolve, reject) => {
    const request = (isHttps ? https : http).request(url, {
      method,
      agent: isHttps ? agents.https : agents.http,
      // Node takes a flat list too, which keeps case, order and repetitions. With it, Host and length are ours to write.
      headers: ['Host', url.host, ...headers.flat(), ...lengthOf(method, body)],
    })
    exchange.request = request
    // A target that means 102 as its answer sends nothing after it, and Fatture in Cloud counts it as delivered.
    let isProcessing = false
    request.on('information', ({ statusCode }) => (isProcessing ||= statusCode === 102))
    request.on('response', (response) => {
      isProcessing = false
      readAnswer(response).then(resolve, reject)
    })
    request.on('error', (error) => {
      if (isProcessing) return resolve({ status: 102, headers: [], body: null })
      const stale = request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error))
      reject(stale ? new StaleConnection() : error)
    })
    request.end(body)
  })
}

function lengthOf(method: string, body: Buffer): string[] {
  return method === 'GET' && body.length === 0 ? [] : ['Content-Length', String(body.length)]
}

async function readAnswer(response: http.IncomingMessage): Promise<Answer> {
  const body = await readBody(response)
  const { rawHeaders } = response
  const headers: HeaderPair[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  return { status: response.statusCode ?? null, headers, body: body.toString('utf8') }
}

/** To its end, for the connection to be of use again; only the first part is kept. */
function readBody(response: http.IncomingMessage): Promise<Buffer> {
  const kept: Buffer[] = []
  let keptBytes = 0
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      if (keptBytes < keptBodyBytes) kept.push(chunk.subarray(0, keptBodyBytes - keptBytes))
      keptBytes += chunk.length
    })
    response.on('end', () => resolve(Buffer.concat(kept)))
    response.on('error', reject)
  })
}

function explain(thrown: unknown): string {
  const words: Record<string, string> = {
    ECONNREFUSED: 'connection refused',
    ECONNRESET: 'the connection was closed without an answer',
    EPIPE: 'the connection was closed without an answer',
    ENOTFOUND: 'the host was not found',
    EAI_AGAIN: 'the host could not be looked up',
    ETIMEDOUT: 'the connection timed out',
    EHOSTUNREACH: 'the host cannot be reached',
    HPE_INVALID_CONSTANT: 'the answer was not HTTP',
  }
  const code = codeOf(thrown)
  return words[code] ?? (code.startsWith('HPE_') ? `the answer was not HTTP (${code})` : messageOf(thrown))
}

/** The system's code of a failure; for a host with several addresses, that of the first one. */
function codeOf(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown) return String(thrown.code)
  return thrown instanceof AggregateError ? codeOf(thrown.errors[0]) : ''
}

function since(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 100) / 100
}
