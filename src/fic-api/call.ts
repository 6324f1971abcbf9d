/** Makes one call to Fatture in Cloud's API through the official SDK; what goes wrong becomes a `FicApiError`. */

import type { UserApi, WebhooksApi } from '@fattureincloud/fattureincloud-ts-sdk'
import type { AxiosProxyConfig, AxiosResponse, RawAxiosRequestConfig } from 'axios'
import type { AxiosInstance as SdkAxios } from 'axios' with { 'resolution-mode': 'require' }
import { FicDevError } from '../errors.ts'
import { credentialsOf, findProxy, ProxyingAgent } from '../http/proxy.ts'
import { portOf } from '../http/url.ts'
import type { Logger } from '../log.ts'
import { toFicApiError } from './error.ts'
import { membersOf, readRateLimits, readRefusal } from './refusal.ts'

export interface FicCallerOptions {
  apiBase: string
  token: string
  log: Logger
  /** For a whole call; 15 s. */
  timeoutMs?: number
}

interface FicSdk {
  webhooks: WebhooksApi
  user: UserApi
  /** For what the SDK has a method per folder; `path` begins with a slash. */
  get(path: string, options: RawAxiosRequestConfig): Promise<AxiosResponse>
}

/** `doing` completes "…could not …". `read` gives `null` for an answer that is not what was asked for. */
export type FicCall = <T>(
  doing: string,
  send: (sdk: FicSdk, options: RawAxiosRequestConfig) => Promise<AxiosResponse>,
  read: (body: unknown, rateLimits: Record<string, string>) => T | null,
) => Promise<T>

/** The SDK is loaded with the first call, since that takes a while. */
export function createFicCaller({ apiBase, token, log, timeoutMs = 15_000 }: FicCallerOptions): FicCall {
  let loaded: Promise<FicSdk> | null = null

  return async (doing, send, read) => {
    refuseUnsendable(token)
    const sdk = await (loaded ??= loadSdk(apiBase, token, timeoutMs))
    let response: AxiosResponse
    try {
      response = await send(sdk, { signal: AbortSignal.timeout(timeoutMs) })
    } catch (thrown) {
      const error = toFicApiError(readRefusal(thrown, token, timeoutMs), { apiBase, doing })
      log.debug({ doing, status: error.status, reason: error.message }, 'api call failed')
      throw error
    }
    const rateLimits = readRateLimits(membersOf(response.headers))
    log.debug({ doing, status: response.status, ...rateLimits }, 'api call')
    const value = read(response.data, rateLimits)
    if (value === null) throw toFicApiError(readRefusal({ response }, token, timeoutMs), { apiBase, doing })
    return value
  }
}

async function loadSdk(apiBase: string, token: string, timeoutMs: number): Promise<FicSdk> {
  const { axios, Configuration, UserApi, WebhooksApi } = await import('./sdk.ts')
  const configuration = new Configuration({ accessToken: token })
  const client = axios.create({
    timeout: timeoutMs,
    // A redirect would carry the token to wherever it points.
    maxRedirects: 0,
    maxContentLength: 10 * 1024 * 1024,
    // As for every other request: axios reads the variables of proxies in its own way.
    httpsAgent: new ProxyingAgent(),
    proxy: plainProxyFor(new URL(apiBase)),
  })
  // The SDK is CommonJS and sees axios's types for that; the object is the same.
  const sdkClient = client as unknown as SdkAxios
  const basePath = apiBase.replace(/\/+$/, '')
  return {
    webhooks: new WebhooksApi(configuration, basePath, sdkClient),
    user: new UserApi(configuration, basePath, sdkClient),
    get: (path, options) =>
      client.get(basePath + path, { ...options, headers: { authorization: `Bearer ${token}` } }),
  }
}

/** For plain HTTP, which needs no tunnel through a proxy. */
function plainProxyFor(url: URL): AxiosProxyConfig | false {
  const proxy = url.protocol === 'http:' ? findProxy(url) : null
  if (proxy === null) return false
  const { protocol, hostname } = proxy
  const auth = credentialsOf(proxy)
  return {
    protocol,
    host: hostname,
    port: portOf(proxy),
    ...(auth !== null && { auth }),
  }
}

/** Node would refuse such a header with a message that helps nobody. */
function refuseUnsendable(token: string): void {
  if (/^[\x21-\x7e]+$/.test(token)) return
  throw new FicDevError(
    'TOKEN_REJECTED',
    'The access token is empty or holds spaces, line breaks or other characters that cannot be sent.',
    { hint: 'Set FIC_ACCESS_TOKEN to the token alone, without quotation marks or "Bearer".' },
  )
}
