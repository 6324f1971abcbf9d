/** Pauses: how long to wait after a failure, and a wait that can be ended early. */

import { setTimeout as pause } from 'node:timers/promises'

export interface Backoff {
  firstMs: number
  longestMs: number
}

/** The pause after so many failures in a row, in milliseconds: none before the first, then twice the one before. */
export function backoffMs(failures: number, { firstMs, longestMs }: Backoff): number {
  if (failures === 0) return 0
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30))
}

/** Resolves after a time, or as soon as `signal` aborts. Does not keep the process alive. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, null, { ref: false, signal }).catch(() => {})
}
