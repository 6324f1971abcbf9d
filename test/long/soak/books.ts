/** The books of a soak: what was answered against what is stored and what was delivered, to the last one. */

import type { SoakedDaemon } from './daemon.ts'
import type { Traffic } from './traffic.ts'

export interface Books {
  traffic: Traffic
  stored: Stored
  /** How often the target answered each id with 200. */
  taken: ReadonlyMap<string, number>
  /** That the target saw. */
  requests: number
  faults: { kills: number; cuts: number; moods: number }
  /** At even distances while nothing was disturbed. */
  memoryBytes: readonly number[]
  /** More than at the start, with nobody connected. */
  descriptorsLeft: number
  failures: readonly string[]
  exitCode: number | null
}

export interface Stored {
  /** How often each id is there, by those that are believed. */
  valid: Map<string, number>
  /** Those that are not. */
  strangers: number
}

const mib = 1024 * 1024
const memoryGrowthLimit = 64 * mib
/** More descriptors than at the start: a few kept connections to the target. */
export const descriptorGrowthLimit = 20
/** Of captures that are not signed by Fatture in Cloud 500 stay; the store looks only every 500 captures. */
const strangersLimit = 1_000

/** What an export of the stopped daemon holds. */
export async function countStored(daemon: SoakedDaemon): Promise<Stored> {
  const valid = new Map<string, number>()
  let strangers = 0
  await daemon.run(['export', '--format', 'ndjson'], (line) => {
    const { notification } = JSON.parse(line) as {
      notification: { cloudEvent: { id: string } | null; signature: { outcome: string } }
    }
    const id = notification.cloudEvent?.id
    if (notification.signature.outcome !== 'valid' || id === undefined) strangers++
    else valid.set(id, (valid.get(id) ?? 0) + 1)
  })
  return { valid, strangers }
}

/** The numbers in lines for people, and what must not be. */
export function balance(books: Books): { lines: string[]; problems: string[] } {
  const { traffic, stored, taken, faults, memoryBytes, descriptorsLeft } = books
  const notStored = missing(traffic.answered, stored.valid)
  const notDelivered = missing(traffic.answered, taken)
  const lost = new Set([...notStored, ...notDelivered]).size
  // A kill may come between the commit and the answer, so more can be stored than was answered.
  const unknown = [...taken.keys()].filter((id) => !stored.valid.has(id))
  const grownBytes = (memoryBytes.at(-1) ?? 0) - (memoryBytes[Math.floor(memoryBytes.length / 2) - 1] ?? 0)
  const survived = faults.kills + faults.cuts + faults.moods
  const tried = Object.entries(traffic.tried)
  const toMib = (bytes: number) => Math.round(bytes / mib)
  return {
    lines: [
      `requests tried: ${sum(Object.values(traffic.tried))} (${tried.map(([kind, count]) => `${kind} ${count}`).join(', ')})`,
      `faults survived: ${survived} (${faults.kills} kills, ${faults.cuts} cuts, ${faults.moods} moods of the target)`,
      `answered 200: ${sum(traffic.answered.values())}, stored: ${sum(stored.valid.values())}, delivered: ${sum(taken.values())} in ${books.requests} requests; of strangers stored: ${stored.strangers}`,
      `memory: ${memoryBytes.map(toMib).join(' → ')} MiB; descriptors left: ${Math.max(0, descriptorsLeft)}`,
      `lost: ${lost}`,
    ],
    problems: [
      ...traffic.wrong.slice(0, 5),
      ...books.failures.slice(0, 5),
      ...(lost > 0 ? [`not stored: ${notStored.length}, not delivered: ${notDelivered.length}`] : []),
      ...(unknown.length > 0 ? [`delivered but not stored as valid: ${unknown.slice(0, 5).join(' ')}`] : []),
      ...(stored.strangers > strangersLimit ? ['too many of strangers are kept'] : []),
      ...(books.exitCode === 0 ? [] : [`it ended with ${books.exitCode}`]),
      ...(grownBytes > memoryGrowthLimit ? [`memory grew by ${toMib(grownBytes)} MiB`] : []),
      ...(descriptorsLeft > descriptorGrowthLimit ? [`${descriptorsLeft} descriptors were left open`] : []),
      ...(traffic.answered.size === 0 ? ['nothing was answered'] : []),
    ],
  }
}

/** Ids that are there less often than they were answered. */
function missing(answered: ReadonlyMap<string, number>, there: ReadonlyMap<string, number>): string[] {
  return [...answered].filter(([id, count]) => (there.get(id) ?? 0) < count).map(([id]) => id)
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0)
}
