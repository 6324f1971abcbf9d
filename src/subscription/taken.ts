/** Finds the event types that another subscription of the same app holds: each can be held once (docs/protocol.md#1-subscriptions). */

import type { SubscriptionStatus } from '../contract/status.ts'
import type { Subscription } from '../fic-api/client.ts'

export type TakenType = SubscriptionStatus['taken'][number]

/** The wanted types that somebody else holds, with the holder. `keptId` is the subscription that is ours. */
export function findTaken(
  types: readonly string[],
  observed: readonly Subscription[],
  keptId: string | null,
): TakenType[] {
  const others = observed.filter(({ id }) => id !== keptId)
  return types.flatMap((type) => {
    const holder = others.find((subscription) => subscription.types.includes(type))
    return holder === undefined ? [] : [{ type, subscriptionId: holder.id, sink: holder.sink }]
  })
}

/** One sentence for each holder. */
export function explainTaken(taken: readonly TakenType[]): string[] {
  return holdersOf(taken).map((holder) => {
    const held = taken.filter(({ subscriptionId }) => subscriptionId === holder)
    const number = held.length === 1 ? '1 event type' : `${held.length} event types`
    return `${holder} (${held[0]?.sink}) already holds ${number} that ${held.length === 1 ? 'is' : 'are'} wanted here.`
  })
}

/** The ids of the subscriptions that hold them. */
export function holdersOf(taken: readonly TakenType[]): string[] {
  return [...new Set(taken.map(({ subscriptionId }) => subscriptionId))]
}
