/** Decides which subscriptions get which events when somebody asks for some. Pure. */

import { FicDevError } from '../errors.ts'
import { findEventTypes, toLongName, toShortName, welcomeType } from '../fic/event-types.ts'
import type { Subscription } from './subscriptions/subscription.ts'

export interface PlannedEvent {
  subscription: Subscription
  eventType: string
}

/**
 * `name`: an event type or a group type, with or without the prefix, or a part of one as in filters.
 * @throws FicDevError `TRIGGER_FAILED` if no subscription could receive it
 */
export function planTrigger(
  subscriptions: readonly Subscription[],
  name: string,
  company: number | undefined,
): PlannedEvent[] {
  const types = toLongName(name) === welcomeType ? [welcomeType] : findEventTypes(name)
  if (types.length === 0) throw failure(`Unknown event type "${name}".`, 'fic-dev types lists all of them.')
  const picked = pickCompany(subscriptions, company)
  const ofCompany = subscriptions.filter((subscription) => subscription.company === picked)
  const holders = types.flatMap((eventType) =>
    ofCompany
      .filter((subscription) => eventType === welcomeType || subscription.types.includes(eventType))
      .map((subscription) => ({ subscription, eventType })),
  )
  const verified = holders.filter(({ subscription }) => subscription.verified)
  if (verified.length > 0) return verified
  throw nobodyGetsIt(name, holders, ofCompany)
}

/** The company may be left out while all subscriptions are of one. */
function pickCompany(subscriptions: readonly Subscription[], company: number | undefined): number {
  const companies = [...new Set(subscriptions.map((subscription) => subscription.company))]
  const [first] = companies
  if (first === undefined) {
    throw failure(
      'There is no subscription at the emulator.',
      'Create one, or start fic-dev with --emulator.',
    )
  }
  if (company !== undefined) {
    if (companies.includes(company)) return company
    throw failure(
      `Company ${company} has no subscription at the emulator.`,
      `There are subscriptions of: ${companies.join(', ')}.`,
    )
  }
  if (companies.length > 1) {
    throw failure(
      'There are subscriptions of more than one company at the emulator.',
      `Name the company: ${companies.join(', ')}.`,
    )
  }
  return first
}

function nobodyGetsIt(
  name: string,
  holders: readonly PlannedEvent[],
  ofCompany: readonly Subscription[],
): FicDevError {
  const shortName = toShortName(toLongName(name))
  const [holder] = holders
  if (holder !== undefined) {
    const { id, sink } = holder.subscription
    return failure(
      `${id} holds ${shortName} but is not verified, so it gets no events.`,
      `Its sink is ${sink}: answer the challenge there, then verify it again.`,
    )
  }
  const held = ofCompany.flatMap(({ id, types }) => `${id} holds ${types.map(toShortName).join(', ')}`)
  return failure(`No subscription holds ${shortName}.`, `${held.join('; ')}.`)
}

function failure(message: string, hint: string): FicDevError {
  return new FicDevError('TRIGGER_FAILED', message, { hint })
}
