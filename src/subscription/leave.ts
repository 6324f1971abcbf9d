/** What is done about the subscription when the daemon ends. */

import { FicApiError } from '../fic/api-error.ts'
import { giveBackAll, type GiveBackOptions } from './give-back.ts'

export interface LeaveOptions extends GiveBackOptions {
  onExit: 'keep' | 'delete' | 'restore'
}

/** Deletes only what this project made; gives back what it took over, unless it is to be kept. */
export async function leave(options: LeaveOptions): Promise<void> {
  const { api, records, apiBase, company, log, onExit } = options
  if (onExit === 'keep') return
  await giveBackAll(options)
  const own = records.own(apiBase, company)
  if (onExit === 'restore' || own?.origin !== 'made') return
  await api.remove(own.id).catch((thrown: unknown) => {
    if (!(thrown instanceof FicApiError && thrown.status === 404)) throw thrown
  })
  records.forget(apiBase, own.id)
  log.info({ id: own.id }, 'subscription deleted')
}
