/** The clock that tokens are judged by: the emulator's if an emulator signs them, otherwise that of this machine. */

import type { Emulator } from '../emulator/index.ts'
import { isEmulator } from '../fic/api-error.ts'
import { controlAt } from './emulator-control.ts'

/** Fatture in Cloud, which here is that emulator, waits for the answer meanwhile. */
const timeoutMs = 1_000

export async function tokenTime(
  emulator: Pick<Emulator, 'clock'> | null,
  apiBase: string,
  receivedAt: Date,
): Promise<Date> {
  if (emulator) return emulator.clock.now()
  if (!isEmulator(apiBase)) return receivedAt
  try {
    const { now } = await controlAt(apiBase, timeoutMs).clock()
    return new Date(now)
  } catch {
    return receivedAt
  }
}
