/** One import: adds what an export wrote, as far as it is new here and fits into what is kept. */

import type { ImportAnswer } from '../contract/api.ts'
import type { Delivery, Notification } from '../contract/notification.ts'
import type { Deliveries } from './deliveries.ts'
import type { KnownRequests } from './known.ts'
import type { Capture, Notifications } from './notifications.ts'
import type { ImportLimits } from './retention.ts'
import { oldStreamScheme } from './schema.ts'

/** A notification as an export holds it. */
export interface Exported {
  capture: Capture
  deliveries: Delivery[]
}

export interface Import {
  /** Resolves with those that were added, in one commit. Nothing is delivered, and nothing is dropped for them. */
  add(exported: readonly Exported[]): Promise<Notification[]>
  /** Resolves with the outcome when everything that was added is durable. */
  end(): Promise<ImportAnswer>
}

export interface ImportOptions {
  /** Only counts what would be added. */
  isTrial?: boolean
}

export interface ImportParts {
  notifications: Pick<Notifications, 'restore'>
  /** What was here before: duplicates within the file are added. */
  known: KnownRequests
  deliveries: Pick<Deliveries, 'write' | 'nextId'>
  /** `null`: no limits. */
  limits(): ImportLimits | null
  /** Runs in one commit. */
  write<T>(run: () => T): Promise<T>
  /** Resolves when all commits so far are durable. */
  synced(): Promise<void>
}

export function createImport(parts: ImportParts, { isTrial = false }: ImportOptions = {}): Import {
  const { notifications, known, deliveries, limits, write, synced } = parts
  const total = noCounts()

  /** Counts and adds one; `null` if it is not added. */
  function restoreOne(
    { capture, deliveries: ended }: Exported,
    room: Room,
    counts: Counts,
  ): Notification | null {
    const outcome = outcomeOf(capture, room, counts)
    counts[outcome]++
    if (outcome === 'imported') counts.bytes += toStoredBytes(capture)
    if (isTrial || outcome !== 'imported') return null
    const restored = notifications.restore(capture)
    for (const delivery of ended) deliveries.write(toEnded(delivery, deliveries.nextId(), restored.seq))
    return restored
  }

  function outcomeOf(
    capture: Capture,
    { room, roomBytes, before }: Room,
    { imported, bytes }: Counts,
  ): Outcome {
    if (known.has(capture)) return 'skipped'
    if (before !== null && capture.receivedAt < before) return 'tooOld'
    if (room <= imported) return 'tooMany'
    return bytes + toStoredBytes(capture) > roomBytes ? 'tooLarge' : 'imported'
  }

  return {
    async add(exported) {
      await known.load(exported.map(({ capture }) => capture))
      // A write may run twice before it is committed, so it counts on its own.
      const { added, counts } = await write(() => {
        const left: Room = { ...(limits() ?? { room: Infinity, roomBytes: Infinity, before: null }) }
        if (isTrial) {
          left.room -= total.imported
          left.roomBytes -= total.bytes
        }
        const own = noCounts()
        const found = exported.flatMap((one) => restoreOne(one, left, own) ?? [])
        return { added: found, counts: own }
      })
      for (const name of [...outcomes, 'bytes'] as const) total[name] += counts[name]
      return added
    },
    async end() {
      if (!isTrial) await synced()
      const { imported, skipped, tooMany, tooLarge, tooOld } = total
      const leftOut = tooMany + tooLarge + tooOld
      const found = limits()
      if (leftOut === 0 || found === null) return { imported, skipped }
      const reasons = [
        tooMany > 0 && `${tooMany} exceed the ${found.keep} that are kept (--keep); an import drops nothing`,
        tooLarge > 0 && `${tooLarge} exceed the limit of the store on disk; an import prunes nothing`,
        tooOld > 0 && `${tooOld} are older than ${found.keepDays} days (--keep-days)`,
      ]
      return { imported, skipped, leftOut, reason: `${reasons.filter(Boolean).join('; ')}.` }
    },
  }
}

type Room = Pick<ImportLimits, 'room' | 'roomBytes' | 'before'>

const outcomes = ['imported', 'skipped', 'tooMany', 'tooLarge', 'tooOld'] as const
type Outcome = (typeof outcomes)[number]
type Counts = Record<Outcome | 'bytes', number>

const noCounts = (): Counts => ({ imported: 0, skipped: 0, tooMany: 0, tooLarge: 0, tooOld: 0, bytes: 0 })

/** Roughly: the body, once more what was read of it, and headers and claims. */
function toStoredBytes({ body }: Capture): number {
  return body.length * 2 + 4 * 1024
}

/** Nothing that was exported goes on here. */
function toEnded(exported: Delivery, id: number, seq: number): Delivery {
  const channelOfTarget = exported.target.startsWith(oldStreamScheme) ? 'stream' : 'app'
  // Version 0.1 exported neither.
  const { errorCode = null, channel = channelOfTarget } = exported as Partial<Delivery>
  const ended = { ...exported, channel, errorCode, id, seq, nextAttemptAt: null }
  if (exported.verdict !== 'pending') return ended
  return { ...ended, verdict: 'retried', error: 'exported before the target answered' }
}
