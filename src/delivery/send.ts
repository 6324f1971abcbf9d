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
  const sending = new Set<AbortController>()

  async function send(request: OutgoingRequest, timeoutMs: number): Promise<SendResult> {
    const startedAt = performance.now()
    // One for each request: signals made of signals cost as much as half a request.
    const ending = new AbortController()
    sending.add(ending)
    const timer = setTimeout(() => ending.abort(`no answer within ${timeoutMs / 1000} s`), timeoutMs)
    const { signal } = ending
    try {
      const answer = await exchange(request, agents, signal)
      return { ...answer, error: null, durationMs: since(startedAt), refused: false }
    } catch (thrown) {
      return {
        status: null,
        error: signal.aborted ? String(signal.reason) : explain(thrown),
        headers: [],
        body: null,
        durationMs: since(startedAt),
        refused: codeOf(thrown) === 'ECONNREFUSED',
      }
    } finally {
      clearTimeout(timer)
      sending.delete(ending)
    }
  }

  return {
    send,
    close() {
      for (const ending of sending) ending.abort('fic-dev stopped before the target answered')
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

type Answer = Pick<SendResult, 'status' | 'headers' | 'body'>
type Agents = { http: http.Agent; https: https.Agent }

async function exchange(request: OutgoingRequest, agents: Agents, signal: AbortSignal): Promise<Answer> {
  try {
    return await exchangeOnce(request, agents, signal)
  } catch (thrown) {
    // The target closed a kept connection while the request was on its way: that says nothing about the target.
    if (thrown instanceof StaleConnection) return exchangeOnce(request, agents, signal)
    throw thrown
  }
}

class StaleConnection extends Error {}

function exchangeOnce(
  { method, url, headers, body }: OutgoingRequest,
  agents: Agents,
  signal: AbortSignal,
): Promise<Answer> {
  const isHttps = url.protocol === 'https:'
  return new Promise((resolve, reject) => {
    const request = (isHttps ? https : http).request(url, {
      method,
      agent: isHttps ? agents.https : agents.http,
      signal,
      // Node takes a flat list too, which keeps case, order and repetitions. With it, Host and length are ours to write.
      headers: ['Host', url.host, ...headers.flat(), ...lengthOf(method, body)],
    })
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
