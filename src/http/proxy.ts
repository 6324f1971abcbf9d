/** The proxy that a request goes through, by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; upper and lower case. */

import http from 'node:http'
import https from 'node:https'
import { BlockList, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { messageOf } from '../errors.ts'
import { isLoopback } from './loopback.ts'
import { portOf } from './url.ts'

type Variables = Readonly<NodeJS.Dict<string>>

/**
 * `null` for a direct connection. Loopback never goes through a proxy, and neither does a name without a dot: it is one
 * of this network (a Compose service, say), which no proxy outside could resolve.
 */
export function findProxy(url: URL, variables: Variables = process.env): URL | null {
  const { hostname } = url
  if (isLoopback(hostname) || !/[.:]/.test(hostname)) return null
  const proxy = readProxy(
    read(variables, url.protocol === 'https:' ? 'https_proxy' : 'http_proxy', 'all_proxy'),
  )
  return proxy === null || isExcepted(url, read(variables, 'no_proxy')) ? null : proxy
}

function read(variables: Variables, ...names: string[]): string {
  const values = names.flatMap((name) => [variables[name], variables[name.toUpperCase()]])
  return values.find((value) => value?.trim())?.trim() ?? ''
}

/** A proxy without a scheme is an HTTP proxy. `null` for what isn't one, SOCKS for example. */
function readProxy(text: string): URL | null {
  if (text === '') return null
  const complete = text.includes('://') ? text : `http://${text}`
  const url = URL.canParse(complete) ? new URL(complete) : null
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? url : null
}

/**
 * NO_PROXY as curl and Go read it: names with those below them, with or without a leading `.` or `*.`; addresses and
 * their ranges (`10.0.0.0/8`); each with or without a port; `*` for everything.
 */
function isExcepted(url: URL, list: string): boolean {
  const host = bare(url.hostname)
  const ownPort = String(portOf(url))
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true
      const [, name = entry, entryPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? []
      if (entryPort !== undefined && entryPort !== ownPort) return false
      const wanted = bare(name).replace(/^\*?\./, '')
      if (wanted === '') return false
      return isIP(host) === 0 ? host === wanted || host.endsWith(`.${wanted}`) : isInRange(host, wanted)
    })
}

function isInRange(address: string, range: string): boolean {
  const [start = '', bits] = range.split('/')
  const family = isIP(start) === 6 ? 'ipv6' : 'ipv4'
  const longest = family === 'ipv6' ? 128 : 32
  const length = bits === undefined ? longest : Number(bits)
  if (isIP(start) === 0 || !Number.isInteger(length) || length < 0 || length > longest) return false
  const addresses = new BlockList()
  addresses.addSubnet(start, length, family)
  return addresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** A host without the brackets of IPv6 and the dot of the root. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** How a proxy is shown: without user name and password. */
function nameOf(proxy: URL): string {
  return `the proxy ${proxy.host}`
}

/** The proxy could not be used; that says nothing about the server behind it. */
export class ProxyFailure extends Error {
  readonly code = 'PROXY_FAILED'
}

/** No connection to the proxy. */
export function toProxyFailure(proxy: URL, error: unknown): ProxyFailure {
  return new ProxyFailure(`${nameOf(proxy)} cannot be reached: ${messageOf(error)}`, { cause: error })
}

/** User name and password of a proxy URL; `null` if it has none. */
export function credentialsOf(proxy: URL): { username: string; password: string } | null {
  if (proxy.username === '' && proxy.password === '') return null
  return { username: decode(proxy.username), password: decode(proxy.password) }
}

/** The credentials of a proxy URL, as a flat list of headers. */
export function authorizationFor(proxy: URL): string[] {
  const found = credentialsOf(proxy)
  if (found === null) return []
  const text = `${found.username}:${found.password}`
  return ['Proxy-Authorization', `Basic ${Buffer.from(text).toString('base64')}`]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A proxy that does not answer would otherwise hold its connection after the request was given up. */
const connectTimeoutMs = 30_000

type TlsOptions = https.RequestOptions & { socket: Duplex }

type Connected = (error: Error | null, socket: Duplex) => void

/** Connects to https servers, through a proxy (CONNECT) where there is one. A refusal of the proxy is a `ProxyFailure`. */
export class ProxyingAgent extends https.Agent {
  override createConnection(options: https.RequestOptions, connected: Connected): Duplex | null | undefined {
    const host = String(options.host)
    const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${options.port ?? 443}`
    const proxy = findProxy(new URL(`https://${authority}`))
    if (proxy === null) return super.createConnection(options, connected)
    const fail = (error: Error) => (connected as (error: Error) => void)(error)
    const request = (proxy.protocol === 'https:' ? https : http).request({
      host: bare(proxy.hostname),
      port: portOf(proxy),
      method: 'CONNECT',
      path: authority,
      headers: ['Host', authority, ...authorizationFor(proxy)],
      agent: false,
      timeout: connectTimeoutMs,
      ...(options.lookup && { lookup: options.lookup }),
    })
    request.once('connect', ({ statusCode = 0, statusMessage = '' }, socket) => {
      if (statusCode >= 200 && statusCode < 300) {
        socket.setTimeout(0)
        const onSocket: TlsOptions = { ...options, socket }
        return connected(null, super.createConnection(onSocket) as Duplex)
      }
      socket.destroy()
      fail(
        new ProxyFailure(`${nameOf(proxy)} refused the connection: ${statusCode} ${statusMessage}`.trimEnd()),
      )
    })
    request.once('timeout', () => request.destroy(new Error('no answer')))
    request.once('error', (error) => fail(toProxyFailure(proxy, error)))
    request.end()
    return undefined
  }
}
