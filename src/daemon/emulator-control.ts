/** Reaches the clock and the faults of the emulator: in this process directly, in another through its control routes. */

import type { EmulatorClock, EmulatorFaults } from '../contract/emulator.ts'
import type { Emulator } from '../emulator/index.ts'
import { FicDevError, type ErrorCode } from '../errors.ts'
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

/** @throws FicDevError NO_EMULATOR if none answers, BAD_REQUEST with what the emulator said */
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

function ask<T>(emulatorUrl: string, what: 'clock' | 'faults', body: unknown, timeoutMs: number): Promise<T> {
  const errors = { unreachable: 'NO_EMULATOR', refused: 'BAD_REQUEST' } as const
  return askEmulator<T>(emulatorUrl, what, { body, timeoutMs, errors })
}

interface EmulatorRequest {
  body: unknown
  timeoutMs: number
  errors: Record<'unreachable' | 'refused', ErrorCode>
  /** For what the emulator refuses. */
  hint?: string
}

/** @throws FicDevError with a code of `errors` and what the emulator said */
export async function askEmulator<T>(
  emulatorUrl: string,
  what: 'clock' | 'faults' | 'trigger',
  { body, timeoutMs, errors, hint }: EmulatorRequest,
): Promise<T> {
  const answer = await askJson(new URL(`${emulatorUrl}/_emulator/${what}`), { body, timeoutMs })
  if (!answer.isAnswered) {
    throw new FicDevError(errors.unreachable, `No emulator answers at ${emulatorUrl}: ${answer.reason}.`, {
      hint: 'Start one with "fic-dev emulator".',
    })
  }
  const said = answer.json as (T & { error?: { message?: string } }) | null
  if (answer.status >= 200 && answer.status < 300 && said) return said
  const reason = said?.error?.message ?? 'no reason given'
  throw new FicDevError(
    errors.refused,
    `The emulator answered ${answer.status}: ${reason}`,
    hint === undefined ? {} : { hint },
  )
}
