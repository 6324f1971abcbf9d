/** What an end has left undone at Fatture in Cloud, and which command does it. */

import type { OnExit } from '../contract/vocabulary.ts'
import { FicDevError } from '../errors.ts'
import type { SubscriptionRecords } from '../store/subscriptions.ts'
import { isSameSink } from './sink-url.ts'

/** A subscription that the end of the daemon would still change. */
export interface Owed {
  id: string
  /** Where one that was taken over belongs; `null` for one of this project, which would be deleted. */
  oldSink: string | null
}

export interface OwedOptions {
  records: SubscriptionRecords
  apiBase: string
  company: number
  onExit: OnExit
}

/** What remains undone if the process ends now. */
export function owedOnExit({ records, apiBase, company, onExit }: OwedOptions): Owed[] {
  if (onExit === 'keep') return []
  const takenOver = records.all(apiBase, company).flatMap(({ id, sink, takenOverFrom }) =>
    // It is recorded before it is moved.
    takenOverFrom === null || isSameSink(sink, takenOverFrom) ? [] : [{ id, oldSink: takenOverFrom }],
  )
  const own = records.own(apiBase, company)
  const isDeleted = onExit === 'delete' && own?.origin === 'made'
  return isDeleted ? [...takenOver, { id: own.id, oldSink: null }] : takenOver
}

/** `flags` are those that the command needs again, each after a space. */
export function toOwedErrors(
  owed: readonly Owed[],
  { flags, isEmulated }: { flags: string; isEmulated: boolean },
): FicDevError[] {
  return owed.map(({ id, oldSink }) => {
    const isTakenOver = oldSink !== null
    const message = isTakenOver
      ? `The subscription ${id} was not restored to ${oldSink}.`
      : `The subscription ${id} was not deleted.`
    const command = `fic-dev subscriptions ${isTakenOver ? 'restore' : `delete ${id}`}${flags}`
    const does = isTakenOver ? 'gives it back' : 'deletes it'
    // An emulator of this process ends with it.
    const hint = isEmulated ? `The next start ${does} when it ends.` : `${command} ${does}.`
    return new FicDevError('SUBSCRIPTION_FAILED', message, { hint })
  })
}
