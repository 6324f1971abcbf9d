/** One GET over a connection of its own, no redirect followed, no more of the answer read than is needed. */

import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type Socket } from 'node:net'

import { lookup } from './localhost-names.ts'

export interface Answer {
  status: number
  statusText: string
  location: string | null
  contentType: string | null
  /** The first 1,024 bytes. */
  body: string
}

export interface GetOptions {
  timeoutMs: number
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

/** No whole answer in time. `resolved` is false if not even the name was looked up by then. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
  readonly resolved: boolean

  constructor(resolved: boolean, timeoutMs: number) {
    super(`No answer within ${timeoutMs / 1_000} s`)
    this.resolved = resolved
  }
}

const maxBodyBytes = 1_024

/** Rejects with the error of Node's client, or with a `TimeoutError`. */
export async function get(url: string, options: GetOptions): Promise<Answer> {
  const { hostname, protocol } = new URL(url)
  const request = (protocol === 'https:' ? requestHttps : requestHttp)(url, {
    agent: false, // a kept connection would go on through a tunnel that takes no new ones
    lookup,
    headers: { 'cache-control': 'no-store', ...options.headers },
    ...(options.signal ? { signal: options.signal } : {}),
  })

  let resolved = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
  request.on('socket', (socket: Socket) => {
    socket.once('lookup', (error: Error | null) => {
      resolved = error === null
    })
  })
  const timer = setTimeout(
    () => request.destroy(new TimeoutError(resolved, options.timeoutMs)),
    options.timeoutMs,
  )

  try {
    return await new Promise<Answer>((done, fail) => {
      request.on('error', fail)
      request.on('response', (response) => {
        let body = Buffer.alloc(0)
        const finish = () =>
          done({
            status: response.statusCode ?? 0,
            statusText: response.statusMessage ?? '',
            location: response.headers.location ?? null,
            contentType: response.headers['content-type'] ?? null,
            body: body.subarray(0, maxBodyBytes).toString(),
          })
        response.on('error', fail)
        response.on('end', finish)
        response.on('data', (chunk: Buffer) => {
          body = Buffer.concat([body, chunk])
          if (body.length >= maxBodyBytes) finish()
        })
      })
      request.end()
    })
  } finally {
    clearTimeout(timer)
    request.destroy()
  }
}
