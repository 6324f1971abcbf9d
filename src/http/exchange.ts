/** One HTTP exchange: sends a request, and settles exactly once, whatever the other side does. */

import { setMaxListeners } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction, Socket } from 'node:net'
import type { HeaderPair } from '../contract/notification.ts'
import { messageOf } from '../errors.ts'
import { isLoopback, lookup as lookupLoopback } from './loopback.ts'
import { authorizationFor, findProxy, ProxyingAgent, toProxyFailure } from './proxy.ts'

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
  /** Checks no certificate of a target on this machine; one of another machine is always checked. */
  insecure?: boolean | undefined
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
  return { http: guardIdle(new http.Agent(options)), https: guardIdle(new ProxyingAgent(options)) }
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
  /**
   * Of the system, of Node or OpenSSL, or `TIMEOUT`, `ABORTED`, `UPGRADED`, `CLOSED` (before an answer), `INCOMPLETE`,
   * `TLS_ANSWER` (to plain HTTP); `UNSENDABLE` if no attempt could ever succeed.
   */
  code: string
  /** A phrase without a period: `connection refused`. */
  reason: string
  /** The connection was kept from an earlier exchange, and was closed before any byte of an answer. */
  isStale: boolean
  /** There was a connection, so that the other side may have read the request. */
  wasSent: boolean
  durationMs: number
}

const defaultKeptBodyBytes = 64 * 1024

/** A body is read this far beyond what is kept, so that its connection can be used again. */
const discardedBodyBytes = 16 * 1024 * 1024

/** Follows no redirect. Goes through a proxy where the environment names one for this URL. */
export function startExchange(outgoing: ExchangeRequest, options: ExchangeOptions): Exchange {
  const { timeoutMs, keptBodyBytes = defaultKeptBodyBytes, agents, signal } = options
  const longestBodyBytes = keptBodyBytes + (agents === undefined ? 0 : discardedBodyBytes)
  const startedAt = performance.now()
  let abort: Exchange['abort'] = () => {}

  const result = new Promise<ExchangeResult>((resolve) => {
    let request: http.ClientRequest | null = null
    let response: http.IncomingMessage | null = null
    let isProcessing = false
    let wasSent = false
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
      settle({ isAnswered: false, code, reason, isStale, wasSent })
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
      incoming.on('error', (error) => {
        const code = codeOf(error)
        if (code === 'ECONNRESET') failed('INCOMPLETE', incompleteReason)
        else failed(code, explainFailure(error))
      })
      incoming.on('close', () => {
        if (incoming.complete) answered(incoming, 'whole')
        else failed('INCOMPLETE', incompleteReason)
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
    request.on('socket', (socket) => {
      if (request?.reusedSocket) wasSent = true
      else
        socket.once(outgoing.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (wasSent = true))
    })
    request.on('information', ({ statusCode }) => (isProcessing ||= statusCode === 102))
    request.on('response', read)
    // Without this listener, Node closes the connection and emits neither an error nor an answer.
    request.on('upgrade', (_incoming, socket) => {
      upgraded()
      socket.destroy()
    })
    request.on('error', (thrown) => {
      const error = attribute(thrown, outgoing.url)
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
  const { agents, lookup = lookupLoopback, insecure = false } = options
  // A flat list keeps case, order and repetitions. With it, Node writes neither Host nor the length.
  const flat = ['Host', url.host, ...headers.flat(), ...lengthOf(method, body)]
  if (url.protocol === 'https:') {
    const rejectUnauthorized = !(insecure && isLoopback(url.hostname))
    const agent = agents?.https ?? new ProxyingAgent()
    return https.request(url, { method, agent, headers: flat, lookup, rejectUnauthorized })
  }
  const proxy = findProxy(url)
  if (proxy === null) {
    return http.request(url, { method, agent: agents?.http ?? false, headers: flat, lookup })
  }
  const isSecure = proxy.protocol === 'https:'
  return (isSecure ? https : http).request(proxy, {
    method,
    path: url.origin + url.pathname + url.search,
    // The agent for https would look for a proxy to this one.
    agent: isSecure ? false : (agents?.http ?? false),
    headers: [...flat, ...authorizationFor(proxy)],
    lookup,
  })
}

/** An error of the connection to a proxy as that of the proxy; https requests fail with it already. */
function attribute(error: Error, url: URL): Error {
  const proxy = url.protocol === 'http:' ? findProxy(url) : null
  const isConnecting = 'syscall' in error && ['connect', 'getaddrinfo'].includes(String(error.syscall))
  return proxy !== null && isConnecting ? toProxyFailure(proxy, error) : error
}

function lengthOf(method: string, body: Buffer): string[] {
  const isBare = body.length === 0 && ['GET', 'HEAD'].includes(method)
  return isBare ? [] : ['Content-Length', String(body.length)]
}

function toPairs(rawHeaders: readonly string[]): HeaderPair[] {
  const pairs: HeaderPair[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? ''])
  }
  return pairs
}

const closedReason = 'the connection was closed without an answer'
const incompleteReason = 'the connection was closed in the middle of the answer'

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: closedReason,
  EPIPE: closedReason,
  ENOTFOUND: 'the host was not found',
  EAI_AGAIN: 'the host could not be looked up',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host cannot be reached',
  EMFILE: 'too many files are open',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is signed by an unknown authority',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the answer was not TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the answer was not TLS',
  TLS_ANSWER: 'the answer was TLS, not HTTP',
  HPE_INVALID_CONSTANT: 'the answer was not HTTP',
  HPE_HEADER_OVERFLOW: 'the headers of the answer are too long',
}

/** A failure of a connection or an exchange: a phrase. */
export function explainFailure(error: unknown): string {
  const code = codeOf(error)
  if (reasons[code] !== undefined) return reasons[code]
  if (code.startsWith('HPE_')) return `the answer was not HTTP (${code})`
  return code.startsWith('ERR_SSL_') ? `TLS failed (${code})` : messageOf(error)
}

/**
 * The code of a failure; for a host with several addresses, that of the first one. OpenSSL's reason becomes a code, as
 * newer versions of Node give it.
 */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'EPROTO') return toSslCode(error.message)
    return isTlsAnswer(error) ? 'TLS_ANSWER' : String(error.code)
  }
  return error instanceof AggregateError ? codeOf(error.errors[0]) : ''
}

/** `…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:…` */
function toSslCode(message: string): string {
  const reason = /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1]
  return reason === undefined ? 'EPROTO' : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`
}

/** A server that speaks TLS answers plain HTTP with an alert: a record of type 21, version 3. */
function isTlsAnswer(error: Error): boolean {
  const packet = 'rawPacket' in error ? error.rawPacket : null
  return packet instanceof Uint8Array && packet[0] === 21 && packet[1] === 3
}

function since(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 100) / 100
}
