/** The emulator, where there is one: in this process directly, in another through its control routes. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TriggerAnswer, TriggerRequest } from '../contract/api.ts'
import type { EmulatorClock } from '../contract/emulator.ts'
import type { Faults } from '../contract/vocabulary.ts'
import type { Emulator } from '../emulator/index.ts'
import { readPublicKey } from '../emulator/state.ts'
import { FicDevError, type ErrorCode } from '../errors.ts'
import { isEmulator } from '../fic-api/error.ts'
import { askJson } from '../http/json.ts'
import type { EmulatorControl } from '../inspector/routes/emulator.ts'

export interface EmulatorAccess extends EmulatorControl {
  url: string
  /** @throws FicDevError TRIGGER_FAILED with what the emulator said */
  trigger(asked: TriggerRequest): Promise<TriggerAnswer>
}

/** Moving the clock by days sends all that falls due on the way. */
const longestMs = 60_000
const triggerMs = 10_000
/** The sender of the token waits for the answer in the meantime. */
const clockMs = 1_000

const errors = { unreachable: 'NO_EMULATOR', refused: 'BAD_REQUEST' } as const

/** `own` is the emulator of this process; without it, the API may be one of another process. `null` if neither is. */
export function findEmulator(own: Emulator | null, apiBase: string): EmulatorAccess | null {
  if (own !== null) return inProcess(own)
  return isEmulator(apiBase) ? emulatorAt(apiBase) : null
}

function inProcess({ url, clock, faults, trigger }: Emulator): EmulatorAccess {
  const now = () => ({ now: clock.now().toISOString() })
  return {
    url,
    trigger,
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

/**
 * The emulator of another process.
 * @throws FicDevError from each call: NO_EMULATOR if none answers, BAD_REQUEST with what the emulator said
 */
export function emulatorAt(url: string): EmulatorAccess {
  const clock = (body?: unknown) => ask<EmulatorClock>(url, 'clock', { body, timeoutMs: longestMs, errors })
  const faults = (body?: unknown) => ask<Faults>(url, 'faults', { body, timeoutMs: longestMs, errors })
  return {
    url,
    trigger: (asked) =>
      ask<TriggerAnswer>(url, 'trigger', {
        body: asked,
        timeoutMs: triggerMs,
        errors: { unreachable: 'TRIGGER_FAILED', refused: 'TRIGGER_FAILED' },
        hint: 'Is there a verified subscription that has this type? "fic-dev subscriptions list" shows it.',
      }),
    clock: () => clock(),
    advance: (advanceMs) => clock({ advanceMs }),
    faults: () => faults(),
    setFaults: (changes) => faults(changes),
  }
}

/**
 * The clock that tokens are judged by: the emulator's if an emulator signs them, otherwise that of this machine.
 * @returns a function of the time at which a token arrived
 */
export function tokenClock(
  own: Pick<Emulator, 'clock'> | null,
  apiBase: string,
): (receivedAt: Date) => Date | Promise<Date> {
  if (own !== null) return () => own.clock.now()
  if (!isEmulator(apiBase)) return (receivedAt) => receivedAt
  return async (receivedAt) => {
    try {
      return new Date((await ask<EmulatorClock>(apiBase, 'clock', { timeoutMs: clockMs, errors })).now)
    } catch {
      return receivedAt
    }
  }
}

interface EmulatorRequest {
  body?: unknown
  timeoutMs: number
  errors: Record<'unreachable' | 'refused', ErrorCode>
  /** For what the emulator refuses. */
  hint?: string
}

/** @throws FicDevError with a code of `errors` and what the emulator said */
async function ask<T>(
  url: string,
  what: 'clock' | 'faults' | 'trigger',
  { body, timeoutMs, errors, hint }: EmulatorRequest,
): Promise<T> {
  const answer = await askJson(new URL(`${url}/_emulator/${what}`), { body, timeoutMs })
  if (!answer.isAnswered) {
    throw new FicDevError(errors.unreachable, `No emulator answers at ${url}: ${answer.reason}.`, {
      hint: 'Start one with "fic-dev emulator".',
    })
  }
  const said = answer.json as (T & { error?: { message?: string } }) | null
  if (answer.status >= 200 && answer.status < 300 && said) return said
  const reason = said?.error?.message ?? 'no reason given'
  throw new FicDevError(errors.refused, `The emulator answered ${answer.status}: ${reason}`, { hint })
}

/** The file in which the emulator of this process keeps its state, its key included. */
export function emulatorStateOf(dataDir: string): string {
  return join(dataDir, 'emulator.json')
}

/** Its public key, which is the same in each run. `null` if there is none yet and none may be created. */
export async function emulatorKeyOf(dataDir: string, creates: boolean): Promise<string | null> {
  const stateFile = emulatorStateOf(dataDir)
  return creates || existsSync(stateFile) ? readPublicKey(stateFile) : null
}
