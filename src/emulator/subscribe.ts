/** Makes a subscription without HTTP, for tests: defaults for everything but the sink, and the outcome awaited. */

import type { Mapping } from '../contract/notification.ts'
import { FicDevError } from '../errors.ts'
import { eventTypes, toLongName } from '../fic/event-types.ts'
import { ApiFailure } from './api-failure.ts'
import type { VerificationMethod } from './delivery.ts'
import { readCreateRequest } from './subscription-request.ts'
import { toSubscriptionView, type SubscriptionView } from './subscription.ts'
import type { Changed, Subscriptions } from './subscriptions.ts'
import { fullGrant } from './tokens.ts'
import { defaultCompany } from './default-company.ts'

export interface SubscribeOptions {
  sink: string
  /** Event types and group types; the prefix may be left out. All event types when left out. */
  types?: readonly string[]
  company?: number
  mapping?: Mapping
  verificationMethod?: VerificationMethod
}

export interface SubscribeResult extends SubscriptionView {
  warnings: string[]
  /** Why it is not verified, in words; `null` when it is. */
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
