/** One import: adds what an export wrote, as far as it is new here and fits into what is kept. */

import type { ImportAnswer } from '../contract/api.ts'
import type { Delivery, Notification } from '../contract/notification.ts'
import type { Deliveries } from './deliveries.ts'
import type { Capture, Notifications } from './notifications.ts'
import type { ImportLimits } from './retention.ts'

/** A notification as an export holds it. */
export interface Exported {
  capture: Capture
  deliveries: Delivery[]
}

export interface Import {
  /** Resolves with those that were added, when they are durable. Nothing is delivered, and nothing is dropped for them. */
  add(exported: readonly Exported[]): Promise<Notification[]>
  /** What has become of all of them. */
  answer(): ImportAnswer
}

export interface ImportOptions {
  /** Only counts what would be added. */
  isTrial?: boolean
}

export interface ImportParts {
  notifications: Pick<Notifications, 'isKept' | 'restore' | 'lastSeq'>
  deliveries: Pick<Deliveries, 'write' | 'nextId'>
  /** `null`: no limits. */
  limits(): ImportLimits | null
  /** Runs in one commit; resolves when that is durable. */
  write<T>(run: () => T): Promise<T>
}

export function createImport(parts: ImportParts, { isTrial = false }: ImportOptions = {}): Import {
  const { notifications, deliveries, limits, write } = parts
  // Duplicates within the file are no doubles: only what is here before the import counts as known.
  const knownUpTo = notifications.lastSeq()
  const total = noCounts()

  /** Counts and adds one; `null` if it is not added. */
  function restoreOne(
    { capture, deliveries: ended }: Exported,
    { room, before }: Pick<ImportLimits, 'room' | 'before'>,
    counts: Counts,
  ): Notification | null {
    const outcome = outcomeOf(capture, before, room - counts.imported)
    counts[outcome]++
    if (isTrial || outcome !== 'imported') return null
    const restored = notifications.restore(capture)
    for (const delivery of ended) deliveries.write(toEnded(delivery, deliveries.nextId(), restored.seq))
    return restored
  }

  function outcomeOf(capture: Capture, before: Date | null, room: number): keyof Counts {
    if (notifications.isKept(capture, knownUpTo)) return 'skipped'
    if (before !== null && capture.receivedAt < before) return 'tooOld'
    return room > 0 ? 'imported' : 'tooMany'
  }

  return {
    async add(exported) {
      // A write may run twice before it is committed, so it counts on its own.
      const { added, counts } = await write(() => {
        const { room, before } = limits() ?? { room: Infinity, before: null }
        const left = isTrial ? room - total.imported : room
        const own = noCounts()
        const found = exported.flatMap((one) => restoreOne(one, { room: left, before }, own) ?? [])
        return { added: found, counts: own }
      })
      for (const name of outcomes) total[name] += counts[name]
      return added
    },
    answer() {
      const { imported, skipped, tooMany, tooOld } = total
      const found = limits()
      if (tooMany + tooOld === 0 || found === null) return { imported, skipped }
      const reasons = [
        ...(tooMany > 0
          ? [`${tooMany} exceed the ${found.keep} that are kept (--keep); an import drops nothing`]
          : []),
        ...(tooOld > 0 ? [`${tooOld} are older than ${found.keepDays} days (--keep-days)`] : []),
      ]
      return { imported, skipped, leftOut: tooMany + tooOld, reason: `${reasons.join('; ')}.` }
    },
  }
}

const outcomes = ['imported', 'skipped', 'tooMany', 'tooOld'] as const
type Counts = Record<(typeof outcomes)[number], number>

const noCounts = (): Counts => ({ imported: 0, skipped: 0, tooMany: 0, tooOld: 0 })

/** Nothing that was exported goes on here. */
function toEnded(exported: Delivery, id: number, seq: number): Delivery {
  const ended = { ...exported, id, seq, nextAttemptAt: null }
  if (exported.verdict !== 'pending') return ended
  return { ...ended, verdict: 'retried', error: 'exported before the target answered' }
}
