/** The consent that a change of another program's subscription requires. */

import type { SubscriptionEntry } from '../contract/api.ts'
import { FicDevError } from '../errors.ts'

export type Doing = 'update' | 'verify' | 'delete'

/** What would happen to whom, in words; `null` for a subscription that is ours to do this with. */
export function whoseItIs(
  doing: Doing,
  entry: Pick<SubscriptionEntry, 'id' | 'sink' | 'origin' | 'takenOverFrom'>,
): string | null {
  const { id, sink, origin, takenOverFrom } = entry
  if (origin === 'made' || (origin === 'named' && doing !== 'delete')) return null
  if (origin === 'taken-over') {
    if (doing === 'verify') return null
    return `${id} was taken over from ${takenOverFrom ?? 'another receiver'}, and has to be restored there unchanged.`
  }
  const whose = `${id} is not of this project. It belongs to the receiver at ${sink}`
  const consequences = {
    update: ', which would notice the change',
    verify: ', which would get a challenge, and one of its five verifications would be used',
    delete: ', which would get no more notifications',
  }
  return `${whose}${consequences[doing]}.`
}

/** @throws FicDevError NOT_OURS */
export function demandConsent(doing: Doing, entry: SubscriptionEntry, isGiven: boolean): void {
  const whose = whoseItIs(doing, entry)
  if (whose === null || isGiven) return
  throw new FicDevError('NOT_OURS', whose, {
    hint: `To do it anyway: fic-dev subscriptions ${doing} ${entry.id} --yes`,
  })
}
