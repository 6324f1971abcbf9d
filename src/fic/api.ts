/** Fatture in Cloud's subscriptions API (protocol section 1), through the official SDK. */

import type { AxiosResponse, RawAxiosRequestConfig } from 'axios'
import type { AxiosInstance as SdkAxios } from 'axios' with { 'resolution-mode': 'require' }
import type { Mapping } from '../contract/notification.ts'
import { FicDevError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { isEmulator, toFicApiError } from './api-error.ts'
import { readCompanies, readSubscription, readSubscriptions, readWarnings } from './api-answer.ts'
import { membersOf, readRateLimits, readRefusal } from './api-refusal.ts'

export type VerificationMethod = 'header' | 'query'

/** A subscription as Fatture in Cloud tells it. */
export interface Subscription {
  id: string
  sink: string
  verified: boolean
  /** In full; never group types. */
  types: string[]
  mapping: Mapping
}

export interface SubscriptionRequest {
  sink: string
  /** In full; group types allowed. */
  types: string[]
  mapping: Mapping
  /** Not stored by Fatture in Cloud: sent with each call that makes it send a challenge. */
  verificationMethod: VerificationMethod
}

export interface Registered {
  subscription: Subscription
  /** A sentence for each type that was left out. */
  warnings: string[]
}

/** What is asked of Fatture in Cloud. Each call throws a `FicApiError` when it does not get it. */
export interface FicApi {
  list(): Promise<Subscription[]>
  get(id: string): Promise<Subscription>
  create(request: SubscriptionRequest): Promise<Registered>
  /** A changed sink makes Fatture in Cloud send a challenge (protocol section 1). */
  modify(id: string, changes: Partial<SubscriptionRequest>): Promise<Registered>
  verify(id: string, method: VerificationMethod): Promise<void>
  remove(id: string): Promise<void>
  /** The companies that the token can see, whichever one this client is for. */
  companies(): Promise<{ id: number; name: string }[]>
}

export interface FicApiOptions {
  apiBase: string
  token: string
  company: number
  log: Logger
  /** For a whole call; 15 s. */
  timeoutMs?: number
}

/** Builds the client. The SDK is loaded with the first call, since that takes a quarter of a second. */
export function createFicApi({ apiBase, token, company, log, timeoutMs = 15_000 }: FicApiOptions): FicApi {
  let loaded: ReturnType<typeof loadSdk> | null = null

  /** Makes one call and reads its answer; what goes wrong becomes a FicApiError. */
  async function call<T>(
    doing: string,
    send: (
      sdk: Awaited<ReturnType<typeof loadSdk>>,
      options: RawAxiosRequestConfig,
    ) => Promise<AxiosResponse>,
    read: (body: unknown) => T | null,
  ): Promise<T> {
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
    log.debug({ doing, status: response.status, ...readRateLimits(membersOf(response.headers)) }, 'api call')
    const value = read(response.data)
    if (value === null) throw toFicApiError(readRefusal({ response }, token, timeoutMs), { apiBase, doing })
    return value
  }

  return {
    list: () =>
      call(
        `list the subscriptions of company ${company}`,
        ({ webhooks }, options) => webhooks.listWebhooksSubscriptions(company, options),
        readSubscriptions,
      ),
    get: (id) =>
      call(
        `show subscription ${id} of company ${company}`,
        ({ webhooks }, options) => webhooks.getWebhooksSubscription(company, id, options),
        readSubscription,
      ),
    create: (request) =>
      call(
        `create a subscription for company ${company}`,
        ({ webhooks }, options) =>
          webhooks.createWebhooksSubscription(company, { data: toBody(request) }, options),
        readRegistered,
      ),
    modify: (id, changes) =>
      call(
        `modify subscription ${id} of company ${company}`,
        ({ webhooks }, options) =>
          webhooks.modifyWebhooksSubscription(company, id, { data: toBody(changes) }, options),
        readRegistered,
      ),
    verify: (id, method) =>
      call(
        `verify subscription ${id} of company ${company}`,
        ({ webhooks }, options) =>
          webhooks.verifyWebhooksSubscription(
            company,
            id,
            { data: { verification_method: method } },
            options,
          ),
        () => undefined,
      ),
    remove: (id) =>
      call(
        `delete subscription ${id} of company ${company}`,
        ({ webhooks }, options) => webhooks.deleteWebhooksSubscription(company, id, options),
        () => undefined,
      ),
    companies: () =>
      call(
        'list the companies of the token',
        ({ user }, options) => user.listUserCompanies(options),
        readCompanies,
      ),
  }
}

async function loadSdk(apiBase: string, token: string, timeoutMs: number) {
  const [loaded, { default: axios }] = await Promise.all([
    import('@fattureincloud/fattureincloud-ts-sdk'),
    import('axios'),
  ])
  // A CommonJS package: Node and the bundle give it as the default export, tsx does not.
  const sdk = loaded.default ?? loaded
  const configuration = new sdk.Configuration({ accessToken: token })
  const client = axios.create({
    timeout: timeoutMs,
    // A redirect would carry the token to wherever it points.
    maxRedirects: 0,
    maxContentLength: 10 * 1024 * 1024,
    // A proxy from the environment must not get what is meant for this machine.
    ...(isEmulator(apiBase) ? { proxy: false as const } : {}),
    // The SDK is CommonJS and sees axios's types for that; the object is the same.
  }) as unknown as SdkAxios
  const basePath = apiBase.replace(/\/+$/, '')
  return {
    webhooks: new sdk.WebhooksApi(configuration, basePath, client),
    user: new sdk.UserApi(configuration, basePath, client),
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

function toBody({ sink, types, mapping, verificationMethod }: Partial<SubscriptionRequest>) {
  return {
    ...(sink === undefined ? {} : { sink }),
    // The SDK's list of event types is stale, so its type for them is too narrow.
    ...(types === undefined ? {} : { types: types as never[] }),
    ...(mapping === undefined ? {} : { config: { mapping } }),
    ...(verificationMethod === undefined ? {} : { verification_method: verificationMethod }),
  }
}

function readRegistered(body: unknown): Registered | null {
  const subscription = readSubscription(body)
  return subscription === null ? null : { subscription, warnings: readWarnings(body) }
}
