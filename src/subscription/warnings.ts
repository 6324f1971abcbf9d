/** Explains the warnings of create and modify: one sentence per type that was left out (docs/protocol.md#1-subscriptions). Pure. */

import type { Subscription } from '../fic-api/client.ts'
import { findEventType, findGroupType, toShortName } from '../fic/event-types.ts'

/** Each warning as Fatture in Cloud gave it, with its cause as far as it can be known. */
export function explainWarnings(
  warnings: readonly string[],
  observed: readonly Subscription[],
  keptId: string,
): string[] {
  return warnings.map((warning) => {
    const type = /it\.fattureincloud\.[\w.]*\w/.exec(warning)?.[0]
    return type === undefined ? warning : `${warning}: ${causeOf(type, warning, observed, keptId)}`
  })
}

/** For types left out at an earlier time, whose warnings are not kept. */
export function explainLeftOut(types: readonly string[]): string[] {
  if (types.length === 0) return []
  return [`Fatture in Cloud left out ${types.map(toShortName).join(', ')} when it was last asked.`]
}

function causeOf(type: string, warning: string, observed: readonly Subscription[], keptId: string): string {
  const holder = observed.find(({ id, types }) => id !== keptId && types.includes(type))
  if (holder !== undefined) return `${holder.id} (${holder.sink}) of the same app holds it.`
  if (/already|gi[aà] /i.test(warning)) return 'another subscription of the same app holds it.'
  if (findEventType(type) === undefined && findGroupType(type) === undefined) {
    return 'fic-dev does not know it either; is it spelled right? fic-dev types lists them.'
  }
  return 'it may be one that the live service does not have yet, or no longer has.'
}
