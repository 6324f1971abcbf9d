/** Puts what a round found into the status that people see. Pure. */

import type { SubscriptionStatus, VerificationBudget } from '../contract/status.ts'
import { inWords } from './budget.ts'
import type { Finding } from './look.ts'
import { isSameSink } from './sink-url.ts'

/** `sink` is ours; `oddNames` are warnings about the configured types. */
export function toStatus(
  { kept, taken, warnings, throttled }: Finding,
  sink: string,
  budget: VerificationBudget | null,
  oddNames: readonly string[],
): SubscriptionStatus {
  const isVerified = kept !== null && kept.verified && isSameSink(kept.sink, sink)
  const spent = budget === null ? '' : ` Verifications: ${inWords(budget)}.`
  return {
    state: isVerified ? 'verified' : 'unverified',
    id: kept?.id ?? null,
    sink: kept?.sink ?? null,
    types: kept?.types ?? [],
    taken,
    warnings: [...oddNames, ...warnings],
    budget,
    detail: isVerified
      ? `${kept.id} is verified and holds ${kept.types.length} event types.`
      : (throttled?.message ?? `${kept?.id ?? 'The subscription'} is not verified with our sink.`) + spent,
    hint: isVerified
      ? null
      : 'fic-dev tries again by itself when it may. fic-dev list --kind verification shows the challenges that came.',
  }
}
