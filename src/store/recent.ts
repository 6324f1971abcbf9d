/** The newest captures as they came, so that a delivery at once need not read them back from the database. */

import type { Notification } from '../contract/notification.ts'

export interface Captured {
  notification: Notification
  /** The raw bytes. */
  body: Buffer
}

export interface Recent {
  put(captured: Captured): void
  get(seq: number): Captured | null
  /** Something that is kept was changed or removed. */
  forget(): void
}

const mostKept = 64
/** A larger body is read back: few are, and 64 of the largest would be 64 MiB. */
const largestBodyBytes = 16 * 1024

export function createRecent(): Recent {
  const kept = new Map<number, Captured>()
  return {
    put(captured) {
      if (captured.body.length > largestBodyBytes) return
      kept.set(captured.notification.seq, captured)
      const [oldest] = kept.keys()
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
    },
    get: (seq) => kept.get(seq) ?? null,
    forget: () => kept.clear(),
  }
}
