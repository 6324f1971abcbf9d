/** Decides which of the subscriptions at Fatture in Cloud is ours to keep. Pure. */

import type { Subscription } from '../fic-api/client.ts'
import type { OwnSubscription } from '../store/subscriptions.ts'
import { isSameSink, leadsToOurPath } from './sink-url.ts'
import type { Step } from './step.ts'

export interface Selection {
  /** Our sink's URL. */
  sink: string
  /** Named by the user with `--subscription` or `--take-over`. */
  subscriptionId: string | null
  takeOver: string | null
}

export interface Choice {
  /** `null`: there is none, so one is to be created. */
  kept: { subscription: Subscription; origin: OwnSubscription['origin']; own: OwnSubscription | null } | null
  /** Recorded as ours, but gone at Fatture in Cloud. */
  gone: OwnSubscription[]
  steps: Step[]
}

/** Named by the user first, then what is recorded, then one that leads to our own secret path. */
export function chooseSubscription(
  { sink, subscriptionId, takeOver }: Selection,
  observed: readonly Subscription[],
  recorded: readonly OwnSubscription[],
): Choice {
  const gone = recorded.filter(({ id }) => !observed.some((subscription) => subscription.id === id))
  const there = recorded.filter((own) => !gone.includes(own))
  const named = takeOver ?? subscriptionId
  const find = (wanted: string) => observed.find(({ id }) => id === wanted)

  if (named !== null) {
    const subscription = find(named)
    if (subscription === undefined) return { kept: null, gone, steps: [notThere(named, observed)] }
    // With nothing of somebody else's to put back, there is nothing to take over.
    const isForeign = !leadsToOurPath(subscription.sink, sink)
    const origin = takeOver !== null && isForeign ? 'taken-over' : 'named'
    const own =
      there.find((own) => own.id === named && (own.origin !== 'named' || origin === 'named')) ?? null
    const adopted = own === null ? [adopt(subscription, origin)] : []
    const steps = [...adopted, ...reportOthers(there, named)]
    return { kept: { subscription, origin: own?.origin ?? origin, own }, gone, steps }
  }
  const back = there.filter((own) => isBack(own, find(own.id)))
  const forgets = back.map(({ id }): Step => ({ do: 'forget', id, why: `${id} has its old sink` }))
  const ours = there.filter((own) => !back.includes(own))
  const [own] = ours
  const subscription = own === undefined ? undefined : find(own.id)
  if (own !== undefined && subscription !== undefined) {
    const steps = [...forgets, ...reportLeftOver(own), ...reportOthers(ours, own.id)]
    return { kept: { subscription, origin: own.origin, own }, gone, steps }
  }
  const lost = observed.find((candidate) => leadsToOurPath(candidate.sink, sink))
  if (lost === undefined) return { kept: null, gone, steps: forgets }
  const steps = [...forgets, adopt(lost, 'made')]
  return { kept: { subscription: lost, origin: 'made', own: null }, gone, steps }
}

/** A take-over that never came about, or was undone without us: not ours any more unless it is named again. */
function isBack({ takenOverFrom }: OwnSubscription, found: Subscription | undefined): boolean {
  return takenOverFrom !== null && found !== undefined && isSameSink(found.sink, takenOverFrom)
}

function reportOthers(recorded: readonly OwnSubscription[], keptId: string): Step[] {
  return recorded
    .filter(({ id }) => id !== keptId)
    .map(({ id, sink, takenOverFrom }) => ({
      do: 'report',
      why:
        takenOverFrom === null
          ? `${id} (${sink}) is also of this project and is left as it is; fic-dev subscriptions delete ${id} removes it.`
          : `${id} was taken over from ${takenOverFrom} and never restored. To restore it: fic-dev subscriptions restore`,
    }))
}

/** A take-over that was not asked for this time: the daemon before this one was killed. */
function reportLeftOver({ id, takenOverFrom }: OwnSubscription): Step[] {
  if (takenOverFrom === null) return []
  const why = `${id} is still taken over from ${takenOverFrom}; fic-dev subscriptions restore gives it back.`
  return [{ do: 'report', why }]
}

const whyAdopted: Record<OwnSubscription['origin'], string> = {
  made: 'it leads to the secret path of this project, so it was made here and its record was lost',
  named: 'it was named with --subscription',
  'taken-over': 'it was named with --take-over; its sink is written down, to be put back later',
}

function adopt(subscription: Subscription, origin: OwnSubscription['origin']): Step {
  const takenOverFrom = origin === 'taken-over' ? subscription.sink : null
  return { do: 'adopt', subscription, origin, takenOverFrom, why: whyAdopted[origin] }
}

function notThere(id: string, observed: readonly Subscription[]): Step {
  const list = observed.map((subscription) => `${subscription.id} (${subscription.sink})`).join(', ')
  return {
    do: 'fail',
    code: 'SUBSCRIPTION_FAILED',
    why: `${id} is not among the subscriptions of this company and app.`,
    hint: list === '' ? 'There are none: leave the option out.' : `There are: ${list}.`,
  }
}
