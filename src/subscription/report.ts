/** Puts what a round found into the status that people see. Pure. */

import type { SubscriptionStatus, VerificationBudget } from '../contract/status.ts'
import { inWords } from './budget.ts'
import type { Finding } from './look.ts'
import { isSameSink } from './sink-url.ts'

type Facts = Pick<SubscriptionStatus, 'id' | 'sink' | 'types' | 'taken' | 'warnings' | 'budget'>

/** What is there, whether or not it is as wanted. `oddNames` are warnings about the configured types. */
export function toFacts(
  { kept, taken, warnings }: Finding,
  budget: VerificationBudget | null,
  oddNames: readonly string[],
): Facts {
  return {
    id: kept?.id ?? null,
    sink: kept?.sink ?? null,
    types: kept?.types ?? [],
    taken,
    warnings: [...oddNames, ...warnings],
    budget,
  }
}

/** What a whole round came to. `sink` is ours. */
export function toOutcome(
  { kept, throttled }: Finding,
  sink: string,
  budget: VerificationBudget | null,
): Pick<SubscriptionStatus, 'state' | 'detail' | 'hint'> {
  if (kept !== null && kept.verified && isSameSink(kept.sink, sink)) {
    const detail = `${kept.id} is verified and holds ${kept.types.length} event types.`
    return { state: 'verified', detail, hint: null }
  }
  const spent = budget === null ? '' : ` Verifications: ${inWords(budget)}.`
  return {
    state: 'unverified',
    detail:
      (throttled?.message ?? `${kept?.id ?? 'The subscription'} is not verified with our sink.`) + spent,
    hint: 'fic-dev retries when the limits allow it. "fic-dev list --kind verification" shows the challenges received.',
  }
}
