/** Reaches the clock and the faults of the emulator: in this process directly, in another through its control routes. */

import type { EmulatorClock, EmulatorFaults } from '../contract/emulator.ts'
import type { Emulator } from '../emulator/index.ts'
import { FicDevError } from '../errors.ts'
import { askJson } from '../http/json.ts'
import type { EmulatorControl } from '../inspector/routes/emulator.ts'

/** Moving the clock by days sends all that falls due on the way. */
const longestMs = 60_000

export function controlOf({ clock, faults }: Pick<Emulator, 'clock' | 'faults'>): EmulatorControl {
  const now = () => ({ now: clock.now().toISOString() })
  return {
    clock: async () => now(),
    async advance(ms) {
      await clock.advance(ms)
      return now()
    },
    faults: async () => faults.get(),
    async setFaults(changes) {
      faults.set(changes)
      return faults.get()
    },
  }
}

/** @throws FicDevError NO_EMULATOR where nobody answers, BAD_REQUEST with what the emulator said */
export function controlAt(emulatorUrl: string, timeoutMs = longestMs): EmulatorControl {
  const clock = (body?: unknown) => ask<EmulatorClock>(emulatorUrl, 'clock', body, timeoutMs)
  const faults = (body?: unknown) => ask<EmulatorFaults>(emulatorUrl, 'faults', body, timeoutMs)
  return {
    clock: () => clock(),
    advance: (advanceMs) => clock({ advanceMs }),
    faults: () => faults(),
    setFaults: (changes) => faults(changes),
  }
}

async function ask<T>(
  emulatorUrl: string,
  what: 'clock' | 'faults',
  body: unknown,
  timeoutMs: number,
): Promise<T> {
  const answer = await askJson(new URL(`${emulatorUrl}/_emulator/${what}`), { body, timeoutMs })
  if (!answer.isAnswered) {
    throw new FicDevError('NO_EMULATOR', `No emulator answers at ${emulatorUrl}: ${answer.reason}.`, {
      hint: 'Start one with "fic-dev emulator".',
    })
  }
  const said = answer.json as (T & { error?: { message?: string } }) | null
  if (answer.status >= 200 && answer.status < 300 && said) return said
  const reason = said?.error?.message ?? 'no reason given'
  throw new FicDevError('BAD_REQUEST', `The emulator answered ${answer.status}: ${reason}`)
}
