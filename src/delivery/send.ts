/** Sends requests to a target over kept connections, and describes each answer as a delivery stores it. */

import type { HeaderPair } from '../contract/notification.ts'
import { readAnswerBody } from '../http/body.ts'
import {
  createAgents,
  startExchange,
  type Exchange,
  type ExchangeRequest,
  type ExchangeResult,
} from '../http/exchange.ts'

export interface SendResult {
  /** `null` if no answer came. */
  status: number | null
  /** Why there is no status, or what is wrong with the body of the answer: a phrase. */
  error: string | null
  /** Why there is no status: the code of the failed exchange. */
  errorCode: string | null
  headers: HeaderPair[]
  /** At most the first 64 KiB, decoded; in parentheses, what it is if it is not text. */
  body: string | null
  durationMs: number
  /** A kept connection was closed before any byte of an answer: that says nothing about the target. */
  isStale: boolean
  /** The target may have read the request. */
  wasSent: boolean
}

export interface SendOptions {
  /** 0 for no limit. */
  timeoutMs: number
  /** On a new connection, whether or not one is kept. */
  isFresh?: boolean
  /** Aborts the exchange; its reason is a phrase. */
  signal?: AbortSignal
}

export interface Sender {
  /** Never rejects. No redirect is followed. */
  send(request: ExchangeRequest, options: SendOptions): Promise<SendResult>
  /** Aborts what is still under way. */
  close(): void
}

export interface SenderOptions {
  /** Bounds the connections to one target. */
  maxSockets: number
  /** Checks no certificate of a target on this machine. */
  insecure: boolean
}

export function createSender({ maxSockets, insecure }: SenderOptions): Sender {
  const agents = createAgents(maxSockets)
  const sending = new Set<Exchange>()

  return {
    async send(request, { timeoutMs, isFresh = false, signal }) {
      const exchange = startExchange(request, {
        timeoutMs,
        insecure,
        agents: isFresh ? undefined : agents,
        signal,
      })
      sending.add(exchange)
      const result = await exchange.result
      sending.delete(exchange)
      return toSendResult(result, timeoutMs)
    },
    close() {
      for (const exchange of sending) exchange.abort('fic-dev stopped before the target answered')
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

async function toSendResult(result: ExchangeResult, timeoutMs: number): Promise<SendResult> {
  const { durationMs } = result
  if (!result.isAnswered) {
    const { code, reason, isStale, wasSent } = result
    return {
      status: null,
      error: reason,
      errorCode: code,
      headers: [],
      body: null,
      durationMs,
      isStale,
      wasSent,
    }
  }
  const { status, headers, bodyEnd } = result
  const { text, says, problem } = await readAnswerBody(result)
  const notes = [
    ...(bodyEnd === 'open' ? [`the body of the answer had not ended after ${timeoutMs / 1_000} s`] : []),
    ...(problem === null ? [] : [`the answer is not as its headers say: ${problem}`]),
  ]
  const isLone = status === 102 && headers.length === 0
  return {
    status,
    error: notes.join('; ') || null,
    errorCode: null,
    headers,
    body: isLone ? null : (text ?? `(${says})`),
    durationMs,
    isStale: false,
    wasSent: true,
  }
}
