/** One GET to a public address, on a connection of its own. Reads no more of the answer than is needed. */

import { isIP, type LookupFunction } from 'node:net'
import { startExchange, type Answered, type Failed } from '../http/exchange.ts'
import { lookup } from '../http/loopback.ts'
import { findProxy } from '../http/proxy.ts'

export interface GetOptions {
  timeoutMs: number
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

/** `isResolved` is false if not even the name was looked up in time. A proxy looks it up itself. */
export type GetResult = Answered | (Failed & { isResolved: boolean })

const keptBodyBytes = 1_024

/** Never rejects. */
export async function get(address: string, options: GetOptions): Promise<GetResult> {
  const { timeoutMs, signal } = options
  const url = new URL(address)
  let isResolved = isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0 || findProxy(url) !== null
  const watchedLookup: LookupFunction = (host, lookupOptions, done) =>
    lookup(host, lookupOptions, (error, addresses, family) => {
      isResolved = error === null
      done(error, addresses, family)
    })
  const headers = Object.entries({ 'cache-control': 'no-store', ...options.headers })
  const exchange = startExchange(
    { method: 'GET', url, headers, body: Buffer.alloc(0) },
    // A kept connection would go on through a tunnel that accepts no new ones.
    { timeoutMs, keptBodyBytes, lookup: watchedLookup, signal },
  )
  const result = await exchange.result
  return result.isAnswered ? result : { ...result, isResolved }
}
