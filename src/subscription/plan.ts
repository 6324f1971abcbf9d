/** Decides what must change at Fatture in Cloud. Pure: no clock, no network. */

import type { VerificationAttempt, VerificationBudget } from '../contract/status.ts'
import type { Subscription, SubscriptionRequest } from '../fic-api/client.ts'
import { toShortName } from '../fic/event-types.ts'
import type { OwnSubscription } from '../store/subscriptions.ts'
import { isExhausted, verificationBudget } from './budget.ts'
import { chooseSubscription, type Choice, type Selection } from './choose.ts'
import { isSameSink, leadsToOurPath } from './sink-url.ts'
import type { Step } from './step.ts'
import { explainTaken, findTaken, holdersOf, type TakenType } from './taken.ts'
import type { WantedTypes } from './wanted.ts'

export interface Wanted extends Selection, Omit<SubscriptionRequest, 'types'> {
  types: WantedTypes
  /** A new subscription may be made in place of one whose budget is gone. */
  recreate: boolean
  /** It had our sink already in this run: another sink is the work of another program, and isn't undone unasked. */
  wasOurs: boolean
}

/** What the store knows. */
export interface History {
  /** The subscriptions that are ours, the latest first. */
  own: readonly OwnSubscription[]
  /** Of all of them, oldest first. */
  attempts: readonly VerificationAttempt[]
}

/** The steps from what is there to what is wanted, in order; none of `create`, `modify`, `verify` when all is well. */
export function planSubscription(
  wanted: Wanted,
  observed: readonly Subscription[],
  history: History,
  now: Date,
): Step[] {
  const choice = chooseSubscription(wanted, observed, history.own)
  if (choice.steps.some((step) => step.do === 'fail')) return choice.steps
  const taken = findTaken(wanted.types.types, observed, choice.kept?.subscription.id ?? null)
  const reports = explainTaken(taken).map((why): Step => ({ do: 'report', why }))
  const forgets = choice.gone.map(({ id }): Step => ({ do: 'forget', id, why: `${id} is gone` }))
  if (choice.kept !== null) {
    return [...forgets, ...choice.steps, ...reports, ...planKept(choice.kept, wanted, taken, history, now)]
  }
  const lost = choice.gone.find(({ id }) => isExhausted(budgetOf(id, history, now)))
  if (lost !== undefined && !wanted.recreate) return [...reports, budgetGone(lost.id, lost.origin)]
  return [...forgets, ...choice.steps, ...reports, ...planCreate(wanted, taken, whyCreate(choice.gone))]
}

function planCreate(wanted: Wanted, taken: readonly TakenType[], why: string): Step[] {
  const types = without(wanted.types.types, taken)
  if (types.length === 0) return [nothingLeft(taken)]
  const { sink, mapping, verificationMethod } = wanted
  return [{ do: 'create', request: { sink, types, mapping, verificationMethod }, why }]
}

function planKept(
  kept: NonNullable<Choice['kept']>,
  wanted: Wanted,
  taken: readonly TakenType[],
  history: History,
  now: Date,
): Step[] {
  const { subscription, origin } = kept
  const { id } = subscription
  const types = changedTypes(kept, wanted.types, taken)
  if (types !== null && types.length === 0) return [nothingLeft(taken)]
  const moved = !isSameSink(subscription.sink, wanted.sink)
  if (moved && wanted.wasOurs && !leadsToOurPath(subscription.sink, wanted.sink)) {
    return [movedAway(subscription)]
  }
  const changes: Partial<SubscriptionRequest> = {
    ...(types === null ? {} : { types }),
    // What was taken over is to be restored as it was.
    ...(origin === 'taken-over' || subscription.mapping === wanted.mapping
      ? {}
      : { mapping: wanted.mapping }),
  }
  const calm: Step[] = [
    ...(origin === 'taken-over' ? reportMissing(subscription, wanted.types) : []),
    ...(Object.keys(changes).length === 0 ? [] : [modifyInPlace(id, changes)]),
  ]
  if (subscription.verified && !moved) return calm

  const budget = budgetOf(id, history, now)
  // Restoring what was taken over costs a verification too.
  if (isExhausted(budget, origin === 'taken-over' ? 1 : 0)) {
    if (!wanted.recreate || origin !== 'made') return [...calm, budgetGone(id, origin)]
    const why = `the five verifications of ${id} are used up, and --recreate was given`
    return [{ do: 'remove', id, why }, ...planCreate(wanted, taken, `${id} was removed`)]
  }
  if (budget.nextPossibleAt !== null) {
    const until = new Date(budget.nextPossibleAt)
    return [...calm, { do: 'wait', until, why: 'Fatture in Cloud allows one retry in 10 minutes' }]
  }
  if (!moved) {
    return [...calm, { do: 'verify', id, method: wanted.verificationMethod, why: 'its sink is not verified' }]
  }
  const { sink, verificationMethod } = wanted
  const why = `its sink is ${subscription.sink}, and ours is another`
  const move: Step = {
    do: 'modify',
    id,
    changes: { ...changes, sink, verificationMethod },
    spends: true,
    why,
  }
  return [...calm.filter((step) => step.do === 'report'), move]
}

function movedAway({ id, sink }: Subscription): Step {
  return {
    do: 'fail',
    code: 'SUBSCRIPTION_FAILED',
    why: `${id} was moved to ${sink} while fic-dev ran. Notifications go there.`,
    hint: `If another fic-dev took ${id} over, the subscription is restored when that fic-dev stops. To move it here now, which uses one verification attempt: fic-dev subscriptions verify ${id}`,
  }
}

function reportMissing(subscription: Subscription, wanted: WantedTypes): Step[] {
  const missing = wanted.types.filter((type) => !subscription.types.includes(type))
  if (wanted.isEverything || missing.length === 0) return []
  const names = missing.map(toShortName).join(', ')
  return [
    {
      do: 'report',
      why: `${subscription.id} does not hold ${names}; a take-over changes nothing but the sink.`,
    },
  ]
}

function modifyInPlace(id: string, changes: Partial<SubscriptionRequest>): Step {
  const why = `its ${Object.keys(changes).join(' and ')} differ from the wanted ones`
  return { do: 'modify', id, changes, spends: false, why }
}

/** The types to ask for, or `null` when they are to stay. */
function changedTypes(
  { subscription, origin, own }: NonNullable<Choice['kept']>,
  wanted: WantedTypes,
  taken: readonly TakenType[],
): string[] | null {
  if (origin === 'taken-over') return null
  // Whoever names a subscription and no types means the types that it has.
  if (origin === 'named' && wanted.isEverything) return null
  const ask = without(wanted.types, taken)
  // What Fatture in Cloud left out last time, it would leave out again.
  const asBefore =
    own !== null && isSameSet(ask, own.askedTypes) && isSameSet(subscription.types, own.grantedTypes)
  if (asBefore) return null
  const isMissing = ask.some((type) => !subscription.types.includes(type))
  // When everything is wanted, a type that we do not know of is welcome too.
  const isTooMuch = !wanted.isEverything && subscription.types.some((type) => !ask.includes(type))
  return isMissing || isTooMuch ? ask : null
}

function without(types: readonly string[], taken: readonly TakenType[]): string[] {
  return types.filter((type) => !taken.some((entry) => entry.type === type))
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  const set = new Set(other)
  return new Set(one).size === set.size && one.every((type) => set.has(type))
}

function budgetOf(id: string, { attempts }: History, now: Date): VerificationBudget {
  return verificationBudget(
    attempts.filter(({ subscriptionId }) => subscriptionId === id),
    now,
  )
}

function whyCreate(gone: readonly OwnSubscription[]): string {
  const [last] = gone
  return last === undefined ? 'this project has none yet' : `${last.id} is gone at Fatture in Cloud`
}

function budgetGone(id: string, origin: OwnSubscription['origin']): Step {
  return {
    do: 'fail',
    code: 'SUBSCRIPTION_BUDGET',
    why: `The verifications of ${id} are used up, so its sink cannot be verified any more.`,
    hint:
      origin === 'made'
        ? 'First find out why the challenges failed: fic-dev list --kind verification. Then create a new subscription: fic-dev --recreate'
        : `${id} was not created by fic-dev, so it is not replaced. Create a subscription with fic-dev subscriptions create, or select another with --subscription.`,
  }
}

function nothingLeft(taken: readonly TakenType[]): Step {
  const holders = holdersOf(taken)
  if (holders.length === 0) {
    return {
      do: 'fail',
      code: 'SUBSCRIPTION_FAILED',
      why: 'None of the configured types can be subscribed to.',
      hint: 'fic-dev types lists the event types; with no types configured all of them are wanted.',
    }
  }
  return {
    do: 'fail',
    code: 'SUBSCRIPTION_FAILED',
    why: `All wanted event types are held by ${holders.join(' and ')} of the same app.`,
    hint: `To move ${holders[0]} here until fic-dev stops: fic-dev --take-over ${holders[0]} (its current receiver gets no notifications meanwhile). To avoid the conflict, create a separate development app in Fatture in Cloud.`,
  }
}
