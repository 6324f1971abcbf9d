/** Makes a subscription without HTTP, for tests: defaults for everything but the sink, and the outcome awaited. */

import type { Mapping, VerificationMethod } from '../../contract/vocabulary.ts'
import { FicDevError } from '../../errors.ts'
import { eventTypes, toLongName } from '../../fic/event-types.ts'
import { ApiFailure } from '../api-failure.ts'
import { readCreateRequest } from './request.ts'
import { toSubscriptionView, type SubscriptionView } from './subscription.ts'
import type { Changed, Subscriptions } from './subscriptions.ts'
import { fullGrant } from '../tokens.ts'
import { defaultCompany } from '../../contract/vocabulary.ts'

/** Options of `Emulator.subscribe`. */
export interface SubscribeOptions {
  /** The URL that receives the notifications: https, or http on loopback. */
  sink: string
  /**
   * Event types and group types. The prefix `it.fattureincloud.webhooks.` is optional.
   * @default all event types
   */
  types?: readonly string[]
  /**
   * The id of the company.
   * @default 108061
   */
  company?: number
  /**
   * The form of the notifications.
   * @default binary
   */
  mapping?: Mapping
  /**
   * The place of the challenge in the verification.
   * @default header
   */
  verificationMethod?: VerificationMethod
}

/** The subscription after its verification. */
export interface SubscribeResult extends SubscriptionView {
  /** A sentence for each type that was not registered. */
  warnings: string[]
  /** The reason why the verification failed; `null` if it succeeded. */
  problem: string | null
}

/** @throws FicDevError SUBSCRIPTION_FAILED when the API would have refused it */
export async function subscribe(
  subscriptions: Subscriptions,
  options: SubscribeOptions,
): Promise<SubscribeResult> {
  const { subscription, warnings, verification } = create(subscriptions, options)
  await verification?.ended
  const problem = verification?.delivery.attempts.at(-1)?.error ?? 'the challenge was not sent'
  return { ...toSubscriptionView(subscription), warnings, problem: subscription.verified ? null : problem }
}

function create(subscriptions: Subscriptions, options: SubscribeOptions): Changed {
  const { sink, company = defaultCompany, mapping, verificationMethod } = options
  const types = options.types?.map(toLongName) ?? eventTypes.map(({ type }) => type)
  const data = { sink, types, verification_method: verificationMethod, config: { mapping } }
  try {
    return subscriptions.create(fullGrant, company, readCreateRequest({ data }), Promise.resolve())
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error
    throw new FicDevError(
      'SUBSCRIPTION_FAILED',
      `The emulator refused the subscription: ${error.explain()}`,
      {
        hint: `The sink was ${sink}; it must be https, or http on loopback.`,
        cause: error,
      },
    )
  }
}
