/** One round of the keeper: observe what Fatture in Cloud holds, plan, and do it. */

import { FicDevError } from '../errors.ts'
import type { FicApiError } from '../fic-api/error.ts'
import type { Subscription } from '../fic-api/client.ts'
import { doStep, type Acting } from './act.ts'
import { planSubscription, type Wanted } from './plan.ts'
import { spendsAttempt, type Step } from './step.ts'
import { findTaken, type TakenType } from './taken.ts'
import { explainLeftOut } from './warnings.ts'

export interface Finding {
  kept: Subscription | null
  taken: TakenType[]
  /** What the plan reports, and what Fatture in Cloud left out. */
  warnings: string[]
  /** A challenge was asked for in this round. */
  attempted: boolean
  /** A new subscription was made in place of one whose budget was gone. */
  recreated: boolean
  throttled: FicApiError | null
}

export interface LookOptions extends Omit<Acting, 'observed' | 'mayLeaveOut'> {
  wanted: Wanted
  /** Throws when our sink cannot be reached from outside: then no attempt is to be spent. */
  demandRoundTrip: () => Promise<void>
  /** Told what is there, before anything is done. */
  onObserved: (finding: Finding) => void
  /** Told before each step. */
  onStep: (step: Step) => void
}

/** @throws FicDevError when something is in the way; what was done until then is written down. */
export async function look(options: LookOptions): Promise<Finding> {
  const { api, records, apiBase, company, wanted, now, signal } = options
  const observed = await api.list()
  settleOldAttempts(observed, options)
  const own = records.all(apiBase, company)
  const attempts = own.flatMap(({ id }) => records.attempts(apiBase, id))
  const named = wanted.takeOver ?? wanted.subscriptionId
  if (named !== null && !own.some(({ id }) => id === named))
    attempts.push(...records.attempts(apiBase, named))

  const steps = planSubscription(wanted, observed, { own, attempts }, now())
  const acting: Acting = { ...options, observed, mayLeaveOut: wanted.types.isEverything }
  const finding = emptyFinding()
  finding.warnings = steps.filter((step) => step.do === 'report').map(({ why }) => why)
  options.onObserved(complete(finding, undefined, true, observed, options))
  if (steps.some(spendsAttempt)) await options.demandRoundTrip()

  let hasAsked = false
  let changed: Subscription | null | undefined
  for (const step of steps) {
    if (signal.aborted) break
    if (step.do === 'fail') throw new FicDevError(step.code, step.why, { hint: step.hint })
    if (step.do === 'report' || step.do === 'wait') continue
    options.onStep(step)
    const effect = await doStep(step, acting)
    if (effect.kept !== undefined) changed = effect.kept
    if (effect.warnings !== undefined) {
      finding.warnings.push(...effect.warnings)
      hasAsked = true
    }
    finding.throttled = effect.throttled ?? finding.throttled
    finding.attempted ||= spendsAttempt(step)
    finding.recreated ||= step.do === 'create' && wanted.recreate
  }
  return complete(finding, changed, !hasAsked, observed, options)
}

function emptyFinding(): Finding {
  return { kept: null, taken: [], warnings: [], attempted: false, recreated: false, throttled: null }
}

function complete(
  finding: Finding,
  changed: Subscription | null | undefined,
  saysLeftOut: boolean,
  observed: readonly Subscription[],
  { records, apiBase, company, wanted }: LookOptions,
): Finding {
  const id = wanted.takeOver ?? wanted.subscriptionId ?? records.own(apiBase, company)?.id ?? null
  const kept =
    changed === undefined ? (observed.find((subscription) => subscription.id === id) ?? null) : changed
  const taken = findTaken(wanted.types.types, observed, kept?.id ?? null)
  const own = records.all(apiBase, company).find((record) => record.id === kept?.id)
  // The API gives its warnings once; what it left out of what somebody named is said for as long as it is so.
  const isNamed = !wanted.types.isEverything
  const leftOut =
    saysLeftOut && isNamed ? (own?.askedTypes.filter((type) => !kept?.types.includes(type)) ?? []) : []
  return { ...finding, kept, taken, warnings: [...finding.warnings, ...explainLeftOut(leftOut)] }
}

/** A challenge that has not come through within a minute will not. */
const settledAfterMs = 60_000

/** Settles what a crash, a late challenge, an early end of the waiting, or a restoration left open. */
export function settleOldAttempts(
  observed: readonly Subscription[],
  { records, apiBase, now }: Pick<LookOptions, 'records' | 'apiBase' | 'now'>,
): void {
  const longAgo = new Date(now().getTime() - settledAfterMs)
  for (const { id, verified } of observed) {
    if (verified) records.settleVerified(apiBase, id)
    else records.settleFailed(apiBase, id, longAgo)
  }
}
