/** Sends one message to a sink and reads the answer, as Fatture in Cloud does: no redirect, no kept connection. */

import { startExchange } from '../http/exchange.ts'
import type { Message } from './messages.ts'

export interface Answer {
  /** `null` if no whole answer came in time. */
  status: number | null
  /** The first 64 KiB, as text. */
  body: string
  /** Why there is no status: a phrase. */
  error: string | null
}

/** Never rejects: a failure is an answer without a status. An aborted signal ends it at once. */
export async function send(message: Message, timeoutMs: number, signal: AbortSignal): Promise<Answer> {
  const exchange = startExchange(
    {
      method: message.method,
      url: new URL(message.url),
      headers: Object.entries(message.headers),
      body: Buffer.from(message.body ?? ''),
    },
    { timeoutMs, signal },
  )
  const result = await exchange.result
  if (!result.isAnswered) return { status: null, body: '', error: result.reason }
  const body = result.body.toString('utf8')
  if (result.bodyEnd === 'open') {
    return { status: null, body: '', error: `no whole answer within ${timeoutMs / 1_000} s` }
  }
  return { status: result.status, body, error: null }
}
