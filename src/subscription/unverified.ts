/** The failure of a command that leaves a subscription unverified. Pure. */

import type { SubscriptionEntry } from '../contract/api.ts'
import { FicDevError } from '../errors.ts'
import { inWords } from './budget.ts'

/** `isOurs`: whether its sink is the one of this fic-dev, which keeps the challenges that came. */
export function toUnverified(
  { id, sink, budget, attempts }: Pick<SubscriptionEntry, 'id' | 'sink' | 'budget' | 'attempts'>,
  isOurs: boolean,
): FicDevError {
  const detail = attempts.at(-1)?.detail ?? null
  const why = detail === null ? '' : ` (${detail})`
  return new FicDevError(
    'SUBSCRIPTION_FAILED',
    `${id} is not verified, so it gets no notifications: its sink did not answer the challenge as required${why}. Verifications: ${inWords(budget)}.`,
    {
      hint: isOurs
        ? 'fic-dev list --kind verification shows the challenges that came.'
        : `The sink is ${sink}: look at its answer.`,
    },
  )
}
