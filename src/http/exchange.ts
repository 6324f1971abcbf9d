/** One HTTP exchange: sends a request, and settles exactly once, whatever the other side does. */

import { setMaxListeners } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction, Socket } from 'node:net'
import type { HeaderPair } from '../contract/notification.ts'
import { messageOf } from '../errors.ts'
import { lookup as lookupLoopback } from './loopback.ts'

export interface ExchangeRequest {
  method: string
  url: URL
  /** In this order and with repetitions; `Host` and `Content-Length` are added. */
  headers: readonly HeaderPair[]
  body: Buffer
}

export interface ExchangeOptions {
  /** From the start to the end of the answer; 0 for no limit. */
  timeoutMs: number
  /** How much of the body is kept; 64 KiB by default. */
  keptBodyBytes?: number
  /** Keep connections open for the next exchange. By default, an exchange has a connection of its own. */
  agents?: Agents | undefined
  lookup?: LookupFunction
  /** Aborts the exchange; a reason that is a string is that of the failure. */
  signal?: AbortSignal | undefined
}

export interface Agents {
  http: http.Agent
  https: https.Agent
}

/** Connections that are kept between exchanges; `maxSockets` bounds those to one target. */
export function createAgents(maxSockets: number): Agents {
  const options = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets }
  return { http: guardIdle(new http.Agent(options)), https: guardIdle(new https.Agent(options)) }
}

/** Closes an idle connection on which bytes arrive: Node would read them as the answer to the next request. */
function guardIdle<Kind extends http.Agent>(agent: Kind): Kind {
  const keep = agent.keepSocketAlive.bind(agent)
  const reuse = agent.reuseSocket.bind(agent)
  const close = function (this: Socket): void {
    this.destroy()
  }
  agent.keepSocketAlive = (socket) => {
    socket.on('data', close)
    return keep(socket)
  }
  agent.reuseSocket = (socket, request) => {
    socket.off('data', close)
    reuse(socket, request)
  }
  return agent
}

export interface Exchange {
  /** Never rejects. */
  result: Promise<ExchangeResult>
  /** Closes the connection. Without a status yet, the exchange has failed with `ABORTED` and this reason. */
  abort(reason: string): void
}

export type ExchangeResult = Answered | Failed

export interface Answered {
  isAnswered: true
  /** Never 1xx, except for 102: a target that answers only 102 has answered (docs/protocol.md#how-fic-interprets-a-response). */
  status: number
  statusText: string
  headers: HeaderPair[]
  /** The first `keptBodyBytes`. */
  body: Buffer
  /** How long the body is, as far as it was read. */
  bodyBytes: number
  /** Why the body is not whole: `open` if it had not ended in time, `cut` if it was too long to be read. */
  bodyEnd: 'whole' | 'cut' | 'open'
  durationMs: number
}

export interface Failed {
  isAnswered: false
  /** Of the system, of Node, or `TIMEOUT`, `ABORTED`, `UPGRADED`, `CLOSED`; `UNSENDABLE` if no attempt could ever succeed. */
  code: string
  /** A phrase without a period: `connection refused`. */
  reason: string
  /** The connection was kept from an earlier exchange, and was closed before any byte of an answer. */
  isStale: boolean
  durationMs: number
}

const defaultKeptBodyBytes = 64 * 1024

/** A body is read this far beyond what is kept, so that its connection can be used again. */
const discardedBodyBytes = 16 * 1024 * 1024

/** Follows no redirect. */
export function startExchange(outgoing: ExchangeRequest, options: ExchangeOptions): Exchange {
  const { timeoutMs, keptBodyBytes = defaultKeptBodyBytes, agents, signal } = options
  const longestBodyBytes = keptBodyBytes + (agents === undefined ? 0 : discardedBodyBytes)
  const startedAt = performance.now()
  let abort: Exchange['abort'] = () => {}

  const result = new Promise<ExchangeResult>((resolve) => {
    let request: http.ClientRequest | null = null
    let response: http.IncomingMessage | null = null
    let isProcessing = false
    const kept: Buffer[] = []
    let bodyBytes = 0
    let timer: NodeJS.Timeout | undefined

    // A promise takes its first result only, so each way to end may try.
    const settle = (ended: Omit<Answered, 'durationMs'> | Omit<Failed, 'durationMs'>) => {
      clearTimeout(timer)
      resolve({ ...ended, durationMs: since(startedAt) })
    }
    const answered = (incoming: http.IncomingMessage, bodyEnd: Answered['bodyEnd']) =>
      settle({
        isAnswered: true,
        status: incoming.statusCode ?? 0,
        statusText: incoming.statusMessage ?? '',
        headers: toPairs(incoming.rawHeaders),
        body: Buffer.concat(kept),
        bodyBytes,
        bodyEnd,
      })
    const failed = (code: string, reason: string) => {
      // FIC counts a lone 102 as delivered, and a target that means it sends nothing after it.
      if (isProcessing && code !== 'UPGRADED') return settle(loneProcessing)
      const isReset = code === 'ECONNRESET' || code === 'EPIPE' || code === 'CLOSED'
      const isStale = isReset && response === null && request?.reusedSocket === true
      settle({ isAnswered: false, code, reason, isStale })
    }
    /** Ends it from this side. Settles first: what Node emits after `destroy` depends on the state of the socket. */
    const end = (code: string, reason: string) => {
      if (response === null) failed(code, reason)
      else answered(response, 'open')
      request?.destroy()
    }

    const upgraded = () => {
      failed('UPGRADED', 'the answer was 101 Switching Protocols, which was not asked for')
      request?.destroy()
    }

    function read(incoming: http.IncomingMessage): void {
      // Without an Upgrade header, Node takes it for an answer.
      if (incoming.statusCode === 101) return upgraded()
      isProcessing = false
      response = incoming
      incoming.on('data', (chunk: Buffer) => {
        if (bodyBytes < keptBodyBytes) kept.push(chunk.subarray(0, keptBodyBytes - bodyBytes))
        bodyBytes += chunk.length
        if (bodyBytes < longestBodyBytes) return
        answered(incoming, 'cut')
        request?.destroy()
      })
      incoming.on('end', () => {
        answered(incoming, 'whole')
        // A target that answers before it has read the request may never read the rest.
        if (request?.writableFinished === false) request.destroy()
      })
      incoming.on('error', (error) => failed(codeOf(error), incompleteReason(error)))
      incoming.on('close', () => {
        if (incoming.complete) answered(incoming, 'whole')
        else failed('CLOSED', 'the connection was closed in the middle of the answer')
      })
    }

    abort = (reason) => end('ABORTED', reason)
    if (timeoutMs > 0) {
      const reason = `no answer within ${timeoutMs / 1_000} s`
      timer = setTimeout(() => end('TIMEOUT', reason), timeoutMs)
    }
    try {
      request = open(outgoing, options)
    } catch (error) {
      // Node refuses the request itself: a method, path or header that HTTP doesn't allow.
      return failed('UNSENDABLE', `not sent, because HTTP does not allow it: ${messageOf(error)}`)
    }
    request.on('information', ({ statusCode }) => (isProcessing ||= statusCode === 102))
    request.on('response', read)
    // Without this listener, Node closes the connection and emits neither an error nor an answer.
    request.on('upgrade', (_incoming, socket) => {
      upgraded()
      socket.destroy()
    })
    request.on('error', (error) => {
      // Bytes after a whole answer are an error to Node; the answer is still one.
      if (response?.complete !== true) failed(codeOf(error), explainFailure(error))
    })
    request.on('close', () => {
      if (response === null) failed('CLOSED', closedReason)
    })
    request.end(outgoing.body)
  })
  if (signal) abortWith(signal, result, (reason) => abort(reason))
  return { result, abort: (reason) => abort(reason) }
}

function abortWith(signal: AbortSignal, result: Exchange['result'], abort: Exchange['abort']): void {
  const onAbort = () => abort(typeof signal.reason === 'string' ? signal.reason : 'the request was canceled')
  if (signal.aborted) return onAbort()
  // Many exchanges share a signal; from eleven on, Node would warn of a leak.
  setMaxListeners(0, signal)
  signal.addEventListener('abort', onAbort)
  void result.then(() => signal.removeEventListener('abort', onAbort))
}

const loneProcessing = {
  isAnswered: true,
  status: 102,
  statusText: 'Processing',
  headers: [],
  body: Buffer.alloc(0),
  bodyBytes: 0,
  bodyEnd: 'whole',
} satisfies Omit<Answered, 'durationMs'>

function open({ method, url, headers, body }: ExchangeRequest, options: ExchangeOptions): http.ClientRequest {
  const isHttps = url.protocol === 'https:'
  const { agents, lookup = lookupLoopback } = options
  return (isHttps ? https : http).request(url, {
    method,
    agent: agents === undefined ? false : isHttps ? agents.https : agents.http,
    // A flat list keeps case, order and repetitions. With it, Node writes neither Host nor the length.
    headers: ['Host', url.host, ...headers.flat(), ...lengthOf(method, body)],
    lookup,
  })
}

function lengthOf(method: string, body: Buffer): string[] {
  return method === 'GET' && body.length === 0 ? [] : ['Content-Length', String(body.length)]
}

function toPairs(rawHeaders: readonly string[]): HeaderPair[] {
  const pairs: HeaderPair[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  return pairs
}

const closedReason = 'the connection was closed without an answer'

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: closedReason,
  EPIPE: closedReason,
  ENOTFOUND: 'the host was not found',
  EAI_AGAIN: 'the host could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  HPE_INVALID_CONSTANT: 'the answer was not HTTP',
}

/** A failure of a connection or an exchange: a phrase. */
export function explainFailure(error: unknown): string {
  const code = codeOf(error)
  return reasons[code] ?? (code.startsWith('HPE_') ? `the answer was not HTTP (${code})` : messageOf(error))
}

function incompleteReason(error: unknown): string {
  const code = codeOf(error)
  return code === 'ECONNRESET'
    ? 'the connection was closed in the middle of the answer'
    : explainFailure(error)
}

/** The system's code of a failure; for a host with several addresses, that of the first one. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  return error instanceof AggregateError ? codeOf(error.errors[0]) : ''
}

function since(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 100) / 100
}
