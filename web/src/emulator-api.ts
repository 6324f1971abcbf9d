/** Asks for the emulator's clock and faults, and changes them. */

import type { EmulatorClock } from '../../src/contract/emulator.ts'
import type { Faults } from '../../src/contract/vocabulary.ts'
import { get, send } from './api.ts'

export function fetchClock(): Promise<EmulatorClock> {
  return get('/api/emulator/clock')
}

/** Comes back when all that fell due on the way was sent. */
export function advanceClock(advanceMs: number): Promise<EmulatorClock> {
  return send('/api/emulator/clock', { advanceMs })
}

export function fetchFaults(): Promise<Faults> {
  return get('/api/emulator/faults')
}

export function setFaults(changes: Partial<Faults>): Promise<Faults> {
  return send('/api/emulator/faults', changes)
}
