/** Asks a program for JSON: the daemon or an emulator, as a rule on this machine. */

import { startExchange, type Failed } from './exchange.ts'

export interface JsonRequest {
  timeoutMs: number
  /** Sent as JSON, by POST. */
  body?: unknown
  headers?: Record<string, string>
}

export interface JsonAnswer {
  isAnswered: true
  status: number
  /** `null` if the body is not JSON. */
  json: unknown
}

const longestBytes = 16 * 1024 * 1024

/** Never rejects. Follows no redirect. Unlike `fetch`, it reaches loopback whatever NODE_USE_ENV_PROXY says. */
export async function askJson(
  url: URL,
  { timeoutMs, body, headers = {} }: JsonRequest,
): Promise<JsonAnswer | Failed> {
  const sent = body === undefined ? {} : { 'content-type': 'application/json' }
  const result = await startExchange(
    {
      method: body === undefined ? 'GET' : 'POST',
      url,
      headers: Object.entries({ ...sent, ...headers }),
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    },
    { timeoutMs, keptBodyBytes: longestBytes },
  ).result
  return result.isAnswered ? { isAnswered: true, status: result.status, json: parse(result.body) } : result
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}
