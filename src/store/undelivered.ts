/** Captures that wait to be delivered, as they came: what is delivered soon need not be read back from the database. */

import type { Notification } from '../contract/notification.ts'

export interface Captured {
  notification: Notification
  /** The raw bytes. */
  body: Buffer
}

export interface Undelivered {
  put(captured: Captured): void
  get(seq: number): Captured | null
  /** A delivery has ended, for good or until its next try. */
  drop(seq: number): void
  /** Something that is kept was changed or removed. */
  forget(): void
}

/** The oldest are needed first, so what comes when there are so many is read back. */
const mostKept = 512
/** Few bodies are larger, and 512 of the largest would be 512 MiB. */
const largestBodyBytes = 16 * 1024

export function createUndelivered(): Undelivered {
  const kept = new Map<number, Captured>()
  return {
    put(captured) {
      if (kept.size < mostKept && captured.body.length <= largestBodyBytes)
        kept.set(captured.notification.seq, captured)
    },
    get: (seq) => kept.get(seq) ?? null,
    drop: (seq) => void kept.delete(seq),
    forget: () => kept.clear(),
  }
}
