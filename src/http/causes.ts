/**
 * Why an exchange with the developer's app probably went wrong: the one table of causes. Terminal, page, `check`,
 * `doctor` and `--json` show its sentences. Pure.
 */

import type { Cause } from '../contract/notification.ts'
import { answerRules } from './answer-causes.ts'
import { readEncounter, type Encounter, type Reading } from './encounter.ts'
import { failureRules } from './failure-causes.ts'

/** The probable cause, by the first rule that fits. `null` for an answer that counts as delivered. */
export function findCause(encounter: Encounter, isDelivered: boolean): Cause | null {
  if (isDelivered) return null
  const reading = readEncounter(encounter)
  const rule = (reading.status === 0 ? failureRules : answerRules).find(({ when }) => when(reading))
  if (rule === undefined) return null
  const say = (text: string | ((reading: Reading) => string)) =>
    typeof text === 'string' ? text : text(reading)
  return {
    code: rule.code,
    tone: isTargetAtFault(encounter) ? 'failure' : 'warning',
    what: (rule.what ?? sayAnswer)(reading),
    why: say(rule.why),
    todo: say(rule.todo),
  }
}

/**
 * Whether the exchange says that the target as a whole does not work, and not that it refused this one notification:
 * there was no answer, or a proxy in front of the app gave it.
 */
export function isTargetAtFault({ status, errorCode }: Pick<Encounter, 'status' | 'errorCode'>): boolean {
  if (status === null) return errorCode !== 'UNSENDABLE' && errorCode !== 'ABORTED'
  return status === 502 || status === 503 || status === 504
}

/** A cause as one text. */
export function sayCause({ what, why, todo }: Cause): string {
  return `${what} ${why} ${todo}`
}

function sayAnswer({ url, status, error, header }: Reading): string {
  if (status === 0) return `No answer from ${url.href}: ${error}.`
  const location = header('location')
  return `${url.href} answered ${status}${location === '' ? '' : ` with Location ${location}`}.`
}
