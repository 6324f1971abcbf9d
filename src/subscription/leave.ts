/** What is done about the subscription when the daemon ends. */

import { FicApiError } from '../fic/api-error.ts'
import { giveBackAll, type GiveBackOptions } from './give-back.ts'
import { isSameSink } from './sink-url.ts'

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

/** A subscription that `leave` would still change. */
export interface Owed {
  id: string
  /** Where a borrowed one belongs; `null` for one of this project, which would be deleted. */
  oldSink: string | null
}

/** What remains undone if the process ends now. */
export function owedOnExit({
  records,
  apiBase,
  company,
  onExit,
}: Pick<LeaveOptions, 'records' | 'apiBase' | 'company' | 'onExit'>): Owed[] {
  if (onExit === 'keep') return []
  const borrowed = records.all(apiBase, company).flatMap(({ id, sink, takenOverFrom }) =>
    // It is recorded before it is moved.
    takenOverFrom === null || isSameSink(sink, takenOverFrom) ? [] : [{ id, oldSink: takenOverFrom }],
  )
  const own = records.own(apiBase, company)
  const isDeleted = onExit === 'delete' && own?.origin === 'made'
  return isDeleted ? [...borrowed, { id: own.id, oldSink: null }] : borrowed
}
