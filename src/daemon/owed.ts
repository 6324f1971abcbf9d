/** Says what an end has left undone at Fatture in Cloud, and which command does it. Pure. */

import type { Config } from '../config/config.ts'
import { longFlag, settings } from '../config/settings.ts'
import { FicDevError } from '../errors.ts'
import type { Owed } from '../subscription/leave.ts'

/** `sources` are those of the settings: what was given as a flag is needed again. */
export function toOwedErrors(
  owed: readonly Owed[],
  config: Pick<Config, 'company' | 'apiBase' | 'dataDir' | 'emulator'>,
  sources: Readonly<Record<string, string>>,
): FicDevError[] {
  const asGiven = (['company', 'apiBase', 'dataDir'] as const)
    .filter((key) => sources[key] === 'flag')
    .map((key) => ` ${longFlag(settings[key])} ${config[key]}`)
    .join('')
  return owed.map(({ id, oldSink }) => {
    const isBorrowed = oldSink !== null
    const message = isBorrowed
      ? `The subscription ${id} was not restored to ${oldSink}.`
      : `The subscription ${id} was not deleted.`
    const command = `fic-dev subscriptions ${isBorrowed ? 'restore' : `delete ${id}`}${asGiven}`
    const does = isBorrowed ? 'gives it back' : 'deletes it'
    // An emulator of this process ends with it.
    const hint = config.emulator ? `The next start ${does} when it ends.` : `${command} ${does}.`
    return new FicDevError('SUBSCRIPTION_FAILED', message, { hint })
  })
}
