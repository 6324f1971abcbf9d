/** Fatture in Cloud's subscriptions API (docs/protocol.md#1-subscriptions), through the official SDK. */

import type { Mapping, VerificationMethod } from '../contract/vocabulary.ts'
import { createFicCaller, type FicCallerOptions } from './call.ts'
import { membersOf } from './refusal.ts'

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
  /** A changed sink makes Fatture in Cloud send a challenge (docs/protocol.md#1-subscriptions). */
  modify(id: string, changes: Partial<SubscriptionRequest>): Promise<Registered>
  verify(id: string, method: VerificationMethod): Promise<void>
  remove(id: string): Promise<void>
  /** The companies that the token can see, whichever one this client is for. */
  companies(): Promise<{ id: number; name: string }[]>
}

export interface FicApiOptions extends FicCallerOptions {
  company: number
}

/** Builds the client; nothing is asked yet. */
export function createFicApi({ company, ...options }: FicApiOptions): FicApi {
  const call = createFicCaller(options)

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

/** The subscription at `data`. */
function readSubscription(body: unknown): Subscription | null {
  return toSubscription(membersOf(body)['data'])
}

/** The subscriptions at `data`. */
function readSubscriptions(body: unknown): Subscription[] | null {
  const { data } = membersOf(body)
  if (!Array.isArray(data)) return null
  const subscriptions = data.map(toSubscription)
  return subscriptions.every((subscription) => subscription !== null) ? subscriptions : null
}

/** The sentences at `warnings`; none when the member is missing or `null`. */
function readWarnings(body: unknown): string[] {
  const { warnings } = membersOf(body)
  return Array.isArray(warnings) ? warnings.map(String) : []
}

/** The companies at `data.companies`, controlled ones included. Their access tokens are not read (docs/protocol.md#9-the-resource-behind-an-id). */
function readCompanies(body: unknown): { id: number; name: string }[] | null {
  const { companies } = membersOf(membersOf(body)['data'])
  if (!Array.isArray(companies)) return null
  return companies
    .flatMap((company) => [company, membersOf(company)['controlled_companies'] ?? []].flat())
    .map(membersOf)
    .filter(({ id }) => typeof id === 'number')
    .map(({ id, name }) => ({ id: Number(id), name: String(name ?? '') }))
}

function toSubscription(value: unknown): Subscription | null {
  const { id, sink, verified, types, config } = membersOf(value)
  if (typeof id !== 'string' || typeof sink !== 'string') return null
  return {
    id,
    sink,
    verified: verified === true,
    types: Array.isArray(types) ? types.filter((type) => typeof type === 'string') : [],
    mapping: membersOf(config)['mapping'] === 'structured' ? 'structured' : 'binary',
  }
}
