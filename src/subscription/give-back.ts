/** Gives a subscription that was taken over its old sink again. */

import { FicApiError } from '../fic/api-error.ts'
import type { FicApi } from '../fic/api.ts'
import type { VerificationMethod } from '../contract/vocabulary.ts'
import type { Logger } from '../log.ts'
import type { OwnSubscription, SubscriptionRecords } from '../store/subscriptions.ts'
import { isSameSink } from './sink-url.ts'
import { spendAttempt } from './verification.ts'

export interface GiveBackOptions {
  api: FicApi
  records: SubscriptionRecords
  apiBase: string
  company: number
  log: Logger
  verificationMethod?: VerificationMethod
  now?: () => Date
}

export interface GivenBack {
  id: string
  /** The old sink. */
  sink: string
  /** `elsewhere`: somebody has given it another sink since, so it was left alone. */
  outcome: 'moved' | 'was-there' | 'gone' | 'elsewhere'
}

/** Gives back everything that this project has taken over and not given back yet, after a crash too. */
export async function giveBackAll(
  options: GiveBackOptions,
  did: (given: GivenBack) => void = () => {},
): Promise<GivenBack[]> {
  const { records, apiBase, company } = options
  const results: GivenBack[] = []
  for (const own of records.all(apiBase, company)) {
    if (own.takenOverFrom === null) continue
    const given = await giveBack(own, own.takenOverFrom, options)
    results.push(given)
    did(given)
  }
  return results
}

async function giveBack(own: OwnSubscription, oldSink: string, options: GiveBackOptions): Promise<GivenBack> {
  const { records, apiBase, log } = options
  const outcome = await moveTo(oldSink, own, options)
  records.forget(apiBase, own.id)
  log.info({ id: own.id, sink: oldSink, outcome }, 'subscription given back')
  return { id: own.id, sink: oldSink, outcome }
}

async function moveTo(
  oldSink: string,
  own: OwnSubscription,
  { api, records, apiBase, verificationMethod = 'header', now = () => new Date() }: GiveBackOptions,
): Promise<GivenBack['outcome']> {
  const found = await api.get(own.id).catch((thrown: unknown) => {
    if (thrown instanceof FicApiError && thrown.status === 404) return null
    throw thrown
  })
  if (found === null) return 'gone'
  if (isSameSink(found.sink, oldSink)) return 'was-there'
  if (!isSameSink(found.sink, own.sink)) return 'elsewhere'
  // The old receiver answers this challenge. Whether it did is seen by whoever takes the subscription over again.
  await spendAttempt({ records, apiBase, now }, own.id, 'sink-changed', () =>
    api.modify(own.id, { sink: oldSink, verificationMethod }),
  )
  return 'moved'
}
