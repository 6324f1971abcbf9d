/** Restores subscriptions that were taken over: each is moved back to its old sink. */

import type { RestoredSubscription } from '../contract/api.ts'
import type { VerificationMethod } from '../contract/vocabulary.ts'
import type { OwnSubscription } from '../store/subscriptions.ts'
import { doStep, orGone, type Acting } from './act.ts'
import { isSameSink } from './sink-url.ts'

/** Restores everything that this project has taken over, after a crash too. Calls `did` after each. */
export async function restoreAll(
  acting: Acting,
  method: VerificationMethod,
  did: (restored: RestoredSubscription) => void = () => {},
): Promise<RestoredSubscription[]> {
  const { api, records, apiBase, company } = acting
  const results: RestoredSubscription[] = []
  for (const own of records.all(apiBase, company)) {
    const { id, takenOverFrom: sink } = own
    if (sink === null) continue
    const outcome = await findOutcome(own, sink, api)
    const step =
      outcome === 'moved' ? ({ do: 'restore', sink, method } as const) : ({ do: 'forget' } as const)
    await doStep({ ...step, id, why: whyRestored[outcome] }, acting)
    const restored = { id, sink, outcome }
    results.push(restored)
    did(restored)
  }
  return results
}

const whyRestored: Record<RestoredSubscription['outcome'], string> = {
  moved: 'it was taken over, and is restored',
  'was-there': 'it has its old sink',
  gone: 'it is gone',
  elsewhere: 'it was taken over, and has been moved to another sink since',
}

async function findOutcome(
  own: OwnSubscription,
  oldSink: string,
  api: Acting['api'],
): Promise<RestoredSubscription['outcome']> {
  const found = await orGone(api.get(own.id))
  if (found === null) return 'gone'
  if (isSameSink(found.sink, oldSink)) return 'was-there'
  return isSameSink(found.sink, own.sink) ? 'moved' : 'elsewhere'
}
