/** The stream in JetStream. */

import type { Logger } from '../log.ts'
import type { ConsumerInfo, JetStreamManager } from './client.ts'
import { explain, isPermission } from './explain.ts'
import { streamName, streamSubjects } from './subject.ts'

const dayMs = 24 * 60 * 60_000

/** How long the stream keeps a notification, and the place of a follower that is away. */
export const keptMs = 7 * dayMs
/** A second publish within that time is dropped by the server; later ones by the followers. */
const duplicateWindowMs = 60 * 60_000

export function toNanos(ms: number): number {
  return ms * 1_000_000
}

/** Makes the stream where it is missing. One that is there stays as it is. */
export async function ensureStream(manager: JetStreamManager, url: string, log: Logger): Promise<void> {
  try {
    await manager.streams.info(streamName)
    return
  } catch (thrown) {
    // Who may publish need not be allowed to look.
    if (!isNotFound(thrown)) {
      if (!isPermission(thrown)) throw thrown
      log.warn({ reason: explain(thrown, url).detail }, 'the stream cannot be looked at')
      return
    }
  }
  await manager.streams.add({
    name: streamName,
    subjects: [streamSubjects],
    storage: 'file',
    max_age: toNanos(keptMs),
    duplicate_window: toNanos(duplicateWindowMs),
  })
}

/** Messages that a follower does not have yet, or has not confirmed. */
export function waitingOf({ num_pending, num_ack_pending }: ConsumerInfo): number {
  return num_pending + num_ack_pending
}

export function isNotFound(thrown: unknown): boolean {
  return thrown instanceof Error && /^(Stream|Consumer)NotFoundError$/.test(thrown.name)
}
