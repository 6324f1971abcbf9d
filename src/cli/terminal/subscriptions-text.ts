/** Subscriptions in words for the terminal. Pure. */

import type {
  LeftSubscription,
  RestoredSubscription,
  SubscriptionCreation,
  SubscriptionEntry,
} from '../../contract/api.ts'
import { eventTypes, toShortName } from '../../fic/event-types.ts'
import { inWords } from '../../subscription/budget.ts'
import { clock } from './lines.ts'
import type { Colors } from '../output.ts'
import { visible } from './visible.ts'

/** What a person wants of a subscription. */
export type Change = SubscriptionCreation

/** One in a list: state, sink, owner and types. */
export function subscriptionLines(entry: SubscriptionEntry, colors: Colors): string {
  return [headLine(entry, colors), ...remarks(entry), ...typeLines(entry)].join('\n')
}

/** One whole, with the verifications that were asked for. */
export function subscriptionText(entry: SubscriptionEntry, colors: Colors): string {
  return [
    headLine(entry, colors),
    `  mapping        ${entry.mapping}`,
    ...remarks(entry),
    ...entry.attempts.map(
      ({ at, cause, outcome, detail }) =>
        `    ${at.slice(0, 10)} ${clock(at)}  ${cause}  ${outcome}${detail === null ? '' : `: ${visible(detail)}`}`,
    ),
    ...typeLines(entry),
  ].join('\n')
}

export function restoredText({ id, sink, outcome }: RestoredSubscription): string {
  const name = visible(id)
  const url = visible(sink)
  const says: Record<RestoredSubscription['outcome'], string> = {
    moved: `has its old sink again: ${url}. Fatture in Cloud asks that receiver for its verification now.`,
    'was-there': `had its old sink already: ${url}.`,
    gone: `is gone at Fatture in Cloud, so its old sink ${url} cannot be put back.`,
    elsewhere: `has another sink now, so it was not changed; its old sink was ${url}.`,
  }
  return `${name} ${says[outcome]}`
}

/** What became of one when fic-dev ended. */
export function leftText({ outcome, ...one }: LeftSubscription): string {
  return outcome === 'deleted' ? `${visible(one.id)} was deleted.` : restoredText({ ...one, outcome })
}

function headLine({ id, sink, verified }: SubscriptionEntry, colors: Colors): string {
  const state = verified ? colors.green('verified') : colors.yellow('not verified')
  return `${colors.bold(visible(id))}  ${state}  ${visible(sink)}`
}

const origins = {
  made: 'this project, created by fic-dev',
  named: 'this project, by --subscription',
  'taken-over': 'this project, taken over',
} as const

function remarks({ origin, kept, takenOverFrom, verified, budget, attempts }: SubscriptionEntry): string[] {
  const owner = origin === null ? 'another program' : origins[origin]
  const from = takenOverFrom === null ? '' : ` from ${visible(takenOverFrom)}`
  const now = kept ? '; the running fic-dev keeps it verified' : ''
  const tellsBudget = !verified || attempts.length > 0
  return [
    `  owner          ${owner}${from}${now}`,
    ...(tellsBudget ? [`  verifications  ${inWords(budget)}`] : []),
  ]
}

function typeLines({ types }: SubscriptionEntry): string[] {
  if (eventTypes.every(({ type }) => types.includes(type))) return [`  all ${types.length} event types`]
  return types.map((type) => `  ${visible(toShortName(type))}`)
}
