/** What is done about the subscription when the daemon ends. */

import type { OnExit } from '../contract/vocabulary.ts'
import { FicApiError } from '../fic/api-error.ts'
import { giveBackAll, type GiveBackOptions, type GivenBack } from './give-back.ts'
import { isSameSink, leadsToOurPath } from './sink-url.ts'

export interface LeaveOptions extends GiveBackOptions {
  onExit: OnExit
}

/** What became of one subscription on exit. */
export type Left = GivenBack | { id: string; sink: string; outcome: 'deleted' }

/**
 * Deletes only what this project made, and only if no other program has moved it; gives back what it took over, unless it
 * is to be kept. Calls `did` after each.
 */
export async function leave(options: LeaveOptions, did: (left: Left) => void): Promise<void> {
  const { api, records, apiBase, company, log, onExit } = options
  if (onExit === 'keep') return
  await giveBackAll(options, did)
  const own = records.own(apiBase, company)
  if (onExit === 'restore' || own?.origin !== 'made') return
  const { id, sink } = own
  const found = await orGone(api.get(id))
  if (found !== null && !isSameSink(found.sink, sink) && !leadsToOurPath(found.sink, sink)) {
    log.info({ id, sink: found.sink }, 'subscription has another sink, left as it is')
    return did({ id, sink, outcome: 'elsewhere' })
  }
  if (found !== null) await orGone(api.remove(id))
  records.forget(apiBase, id)
  log.info({ id }, 'subscription deleted')
  did({ id, sink, outcome: 'deleted' })
}

function orGone<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((thrown: unknown) => {
    if (thrown instanceof FicApiError && thrown.status === 404) return null
    throw thrown
  })
}
