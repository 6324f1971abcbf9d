/** What is done about the subscription when the daemon ends. */

import type { LeftSubscription } from '../contract/api.ts'
import type { OnExit, VerificationMethod } from '../contract/vocabulary.ts'
import { doStep, orGone, type Acting } from './act.ts'
import { restoreAll } from './restore.ts'
import { isSameSink, leadsToOurPath } from './sink-url.ts'

export interface LeaveOptions {
  onExit: OnExit
  verificationMethod: VerificationMethod
  /** Called after each subscription. */
  did(left: LeftSubscription): void
}

/**
 * Deletes only what this project made, and only if no other program has moved it; restores what it took over, unless it
 * is to be kept.
 */
export async function leave(
  acting: Acting,
  { onExit, verificationMethod, did }: LeaveOptions,
): Promise<void> {
  const { api, records, apiBase, company, log } = acting
  if (onExit === 'keep') return
  await restoreAll(acting, verificationMethod, did)
  const own = records.own(apiBase, company)
  if (onExit === 'restore' || own?.origin !== 'made') return
  const { id, sink } = own
  const found = await orGone(api.get(id))
  if (found !== null && !isSameSink(found.sink, sink) && !leadsToOurPath(found.sink, sink)) {
    log.info({ id, sink: found.sink }, 'subscription has another sink, left as it is')
    return did({ id, sink, outcome: 'elsewhere' })
  }
  await doStep({ do: found === null ? 'forget' : 'remove', id, why: 'fic-dev ends' }, acting)
  did({ id, sink, outcome: 'deleted' })
}
