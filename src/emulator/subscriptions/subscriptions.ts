/** The subscriptions: made, changed, verified again and removed by the rules of Fatture in Cloud (docs/protocol.md#1-subscriptions). */

import { ApiFailure, invalidRequest, notFound, tooEarly, webhooksNotAllowed } from '../api-failure.ts'
import type { Clock } from '../clock.ts'
import type { Courier, Verification } from '../courier.ts'
import type { VerificationMethod } from '../../contract/vocabulary.ts'
import type { StateKeeper } from '../state.ts'
import type { NewSubscription, SubscriptionRequest } from './request.ts'
import type { Subscription } from './subscription.ts'
import { requireScopes, type Grant } from '../tokens.ts'
import { registerTypes, scopesOf } from './type-registration.ts'

const attemptLimit = 5
const retryIntervalMs = 10 * 60 * 1000

export interface Changed {
  subscription: Subscription
  warnings: string[]
  /** The challenge that was sent for it; `null` when none was needed. */
  verification: Verification | null
}

export class Subscriptions {
  readonly #keeper: StateKeeper
  readonly #clock: Clock
  readonly #courier: Courier

  constructor(keeper: StateKeeper, clock: Clock, courier: Courier) {
    this.#keeper = keeper
    this.#clock = clock
    this.#courier = courier
  }

  list(grant: Grant, company: number): Subscription[] {
    requireWebhooks(grant)
    return this.#ofCompany(company)
  }

  get(grant: Grant, company: number, id: string): Subscription {
    const found = this.list(grant, company).find((subscription) => subscription.id === id)
    if (found === undefined) throw notFound('Subscription')
    return found
  }

  /** `answered`: resolves when the caller has its answer, before which no challenge goes out. */
  create(grant: Grant, company: number, wanted: NewSubscription, answered: Promise<void>): Changed {
    requireWebhooks(grant)
    const { types, warnings } = this.#register(grant, company, wanted.types, null)
    const subscription: Subscription = {
      id: `SUB${++this.#keeper.state.lastSubscription}`,
      company,
      sink: wanted.sink,
      verified: false,
      types,
      mapping: wanted.mapping ?? 'binary',
      attempts: 0,
      lastAttemptAtMs: null,
      expiresAtMs: null,
    }
    this.#keeper.state.subscriptions.push(subscription)
    const verification = this.#challenge(subscription, wanted.verificationMethod, answered)
    return { subscription, warnings, verification }
  }

  modify(
    grant: Grant,
    company: number,
    id: string,
    wanted: SubscriptionRequest,
    answered: Promise<void>,
  ): Changed {
    const subscription = this.get(grant, company, id)
    const sinkChanges = wanted.sink !== undefined && wanted.sink !== subscription.sink
    if (sinkChanges) refuseWithoutAttempts(subscription)
    const registration =
      wanted.types === undefined
        ? { types: subscription.types, warnings: [] }
        : this.#register(grant, company, wanted.types, id)
    subscription.types = registration.types
    subscription.mapping = wanted.mapping ?? subscription.mapping
    let verification: Verification | null = null
    if (sinkChanges) {
      subscription.sink = wanted.sink ?? subscription.sink
      subscription.verified = false
      verification = this.#challenge(subscription, wanted.verificationMethod, answered)
    }
    this.#keeper.flush()
    return { subscription, warnings: registration.warnings, verification }
  }

  verify(
    grant: Grant,
    company: number,
    id: string,
    method: VerificationMethod | undefined,
    answered: Promise<void>,
  ): Changed {
    const subscription = this.get(grant, company, id)
    refuseWithoutAttempts(subscription)
    const waitMs = (subscription.lastAttemptAtMs ?? -Infinity) + retryIntervalMs - this.#clock.nowMs()
    if (waitMs > 0) {
      throw tooEarly(429, 'A verification can be retried once every 10 minutes.', waitMs)
    }
    return { subscription, warnings: [], verification: this.#challenge(subscription, method, answered) }
  }

  remove(grant: Grant, company: number, id: string): void {
    this.#courier.removeSubscription(this.get(grant, company, id))
    this.#keeper.flush()
  }

  #ofCompany(company: number): Subscription[] {
    return this.#keeper.state.subscriptions.filter((subscription) => subscription.company === company)
  }

  #register(
    grant: Grant,
    company: number,
    wanted: string[],
    ownId: string | null,
  ): { types: string[]; warnings: string[] } {
    requireScopes(grant, scopesOf(wanted))
    const others = this.#ofCompany(company).filter((subscription) => subscription.id !== ownId)
    const registration = registerTypes(wanted, others)
    // What FIC does when no type is left is unknown; a subscription to nothing would be of no use to anybody.
    if (registration.types.length === 0) throw invalidRequest({ 'data.types': registration.warnings })
    return registration
  }

  #challenge(
    subscription: Subscription,
    method: VerificationMethod | undefined,
    answered: Promise<void>,
  ): Verification {
    subscription.attempts++
    subscription.lastAttemptAtMs = this.#clock.nowMs()
    const verification = this.#courier.sendChallenge(subscription, method ?? 'header', answered)
    this.#keeper.flush()
    return verification
  }
}

function requireWebhooks(grant: Grant): void {
  if (!grant.webhooks) throw webhooksNotAllowed()
}

function refuseWithoutAttempts(subscription: Subscription): void {
  if (subscription.attempts < attemptLimit) return
  throw new ApiFailure(
    422,
    `All ${attemptLimit} verification attempts of ${subscription.id} failed; create a new subscription.`,
  )
}
