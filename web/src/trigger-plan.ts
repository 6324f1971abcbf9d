/** What the trigger sends, piece by piece: so many events, as fast as asked. Pure. */

import type { TriggerRequest } from '../../src/contract/api.ts'
import type { Faults, Mapping } from '../../src/contract/vocabulary.ts'
import { readIds } from './ids.ts'
import type { Scenario } from './scenarios.ts'

export interface TriggerForm {
  type: string
  /** As typed; none are made up by the emulator. */
  ids: string
  count: number
  /** Events in a second; `null` for all at once. */
  perSecond: number | null
  /** `null`: as the subscription has it. */
  mapping: Mapping | null
}

export interface TriggerPlan {
  title: string
  requests: TriggerRequest[]
  pauseMs: number
  /** On while it runs. */
  faults: Partial<Faults>
}

/** All at once still goes in pieces of this size, so that there is progress, and something to stop. */
const pieceSize = 50

/** Between the events of a story, so that each is seen to come. */
const storyPauseMs = 300

export function planEvents({ type, ids, count, perSecond, mapping }: TriggerForm): TriggerPlan {
  const named = readIds(ids)
  const request: TriggerRequest = {
    type,
    ...(named.length > 0 && { ids: named }),
    ...(mapping && { mapping }),
  }
  const size = perSecond === null ? pieceSize : 1
  const requests = Array.from({ length: Math.ceil(count / size) }, (_, index) => ({
    ...request,
    count: Math.min(size, count - index * size),
  }))
  return { title: type, requests, pauseMs: perSecond === null ? 0 : 1000 / perSecond, faults: {} }
}

export function planScenario({ title, events, faults }: Scenario, id: number): TriggerPlan {
  return { title, requests: events(id), pauseMs: storyPauseMs, faults }
}

/** How many events one request makes. */
export function countOf({ count = 1 }: TriggerRequest): number {
  return count
}
