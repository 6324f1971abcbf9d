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
  headers: HeaderPair[]
  /** At most the first 64 KiB, decoded; in parentheses, what it is if it is not text. */
  body: string | null
  durationMs: number
  /** The connection was refused: the next request would fare no better. */
  refused: boolean
  /** A kept connection was closed before any byte of an answer: that says nothing about the target. */
  isStale: boolean
  /** No attempt could ever succeed: HTTP does not allow the request. */
  isUnsendable: boolean
}

export interface SendOptions {
  /** 0 for no limit. */
  timeoutMs: number
  /** On a new connection, whether or not one is kept. */
  isFresh?: boolean
}

export interface Sender {
  /** Never rejects. No redirect is followed. */
  send(request: ExchangeRequest, options: SendOptions): Promise<SendResult>
  /** Aborts what is still under way. */
  close(): void
}

/** `maxSockets` bounds the connections to one target. */
export function createSender(maxSockets: number): Sender {
  const agents = createAgents(maxSockets)
  const sending = new Set<Exchange>()

  return {
    async send(request, { timeoutMs, isFresh = false }) {
      const exchange = startExchange(request, { timeoutMs, agents: isFresh ? undefined : agents })
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
    const { code, reason, isStale } = result
    const refused = code === 'ECONNREFUSED'
    const isUnsendable = code === 'UNSENDABLE'
    return {
      status: null,
      error: reason,
      headers: [],
      body: null,
      durationMs,
      refused,
      isStale,
      isUnsendable,
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
    headers,
    body: isLone ? null : (text ?? `(${says})`),
    durationMs,
    refused: false,
    isStale: false,
    isUnsendable: false,
  }
}
