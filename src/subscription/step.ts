/** The changes of a subscription that a plan or a person can ask for. */

import type { ErrorCode } from '../errors.ts'
import type { Subscription, SubscriptionRequest } from '../fic-api/client.ts'
import type { VerificationMethod } from '../contract/vocabulary.ts'
import type { OwnSubscription } from '../store/subscriptions.ts'

/** Each says in words why. */
export type Step = { why: string } &
  /** `elsewhere`: for a receiver that is not our sink, so the keeper leaves it alone. */
  (
    | { do: 'create'; request: SubscriptionRequest; elsewhere?: boolean }
    /**
     * `spends`: a changed sink makes Fatture in Cloud send a challenge, which is one of the five. `manual`: a person asked
     * for it, so it may be done to a subscription that is not recorded as ours.
     */
    | { do: 'modify'; id: string; changes: Partial<SubscriptionRequest>; spends: boolean; manual?: boolean }
    | { do: 'verify'; id: string; method: VerificationMethod }
    | { do: 'remove'; id: string }
    /** Moves one that was taken over back to its old sink, whose receiver answers the challenge. */
    | { do: 'restore'; id: string; sink: string; method: VerificationMethod }
    /** Writes it down as ours before anything is changed at it. */
    | {
        do: 'adopt'
        subscription: Subscription
        origin: OwnSubscription['origin']
        takenOverFrom: string | null
      }
    | { do: 'forget'; id: string }
    /** The budget allows nothing before then. */
    | { do: 'wait'; until: Date }
    /** Goes on, and a person should know. */
    | { do: 'report' }
    /** Nothing more can be done until a person does something. */
    | { do: 'fail'; code: ErrorCode; hint: string }
  )

/** Whether a step makes Fatture in Cloud send a challenge, so that the way to our sink is to be tried first. */
export function spendsAttempt(step: Step): boolean {
  return step.do === 'create' || step.do === 'verify' || (step.do === 'modify' && step.spends)
}
