/** Finds out whether a server accepts connections, without a request. */

import { connect } from 'node:net'
import { codeOf, explainFailure } from './exchange.ts'
import { lookup } from './loopback.ts'
import { findProxy } from './proxy.ts'
import { portOf } from './url.ts'

/** Why there is no connection. */
export interface ConnectFailure {
  /** As in `Failed` of `http/exchange`. */
  code: string
  /** A phrase. */
  reason: string
}

export interface ConnectOptions {
  timeoutMs: number
  /** How long the connection has to stay open. A container's proxy accepts and closes it while nothing listens in there. */
  stableMs?: number
}

/** `null` if the server accepts a connection; also for one behind a proxy, which only a request can reach. */
export function tryToConnect(
  url: URL,
  { timeoutMs, stableMs = 0 }: ConnectOptions,
): Promise<ConnectFailure | null> {
  if (findProxy(url) !== null) return Promise.resolve(null)
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url), lookup })
    const settle = (failure: ConnectFailure | null) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(failure)
    }
    const closed = { code: 'CLOSED', reason: 'the connection was closed without an answer' }
    let timer = setTimeout(
      () => settle({ code: 'ETIMEDOUT', reason: `no connection within ${timeoutMs / 1_000} s` }),
      timeoutMs,
    )
    socket.once('connect', () => {
      clearTimeout(timer)
      if (stableMs === 0) return settle(null)
      timer = setTimeout(() => settle(null), stableMs)
      // The end of the other side is seen only by reading.
      socket.resume()
    })
    socket.once('end', () => settle(closed))
    socket.once('error', (error) => settle({ code: codeOf(error), reason: explainFailure(error) }))
  })
}
