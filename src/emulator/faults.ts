/** The faults of the emulator. All of them are off by default. */

import { faultRules, noFaults, type ApiFault, type FaultRule, type Faults } from '../contract/vocabulary.ts'
import { FicDevError } from '../errors.ts'

/** Turns faults on and off. */
export interface FaultSwitch {
  /** Returns the current faults. */
  get(): Faults
  /**
   * Changes these faults, and keeps the others.
   * @throws FicDevError BAD_REQUEST for an unknown fault or a wrong value
   */
  set(changes: Partial<Faults>): void
  /** Turns all faults off. */
  reset(): void
}

export function createFaults(): FaultSwitch {
  let faults = { ...noFaults }
  return {
    get: () => ({ ...faults }),
    set: (changes) => {
      checkFaults(changes)
      faults = { ...faults, ...changes }
    },
    reset: () => {
      faults = { ...noFaults }
    },
  }
}

/** Takes the answer that the next API request gets, counting it. */
export function takeApiFault(faults: FaultSwitch): ApiFault | null {
  const { api } = faults.get()
  if (api?.times === undefined) return api
  if (api.times <= 0) return null
  faults.set({ api: { ...api, times: api.times - 1 } })
  return api
}

/** Whether the next message is lost, counting it. */
export function takeLost(faults: FaultSwitch): boolean {
  const { lost } = faults.get()
  if (lost > 0) faults.set({ lost: lost - 1 })
  return lost > 0
}

function checkFaults(changes: Partial<Faults>): void {
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(noFaults, name)) {
      throw new FicDevError('BAD_REQUEST', `There is no fault "${name}".`, {
        hint: `There are: ${Object.keys(noFaults).join(', ')}.`,
      })
    }
    if (!fits(name as keyof Faults, value)) {
      throw new FicDevError('BAD_REQUEST', `The fault ${name} cannot be ${JSON.stringify(value)}.`, {
        hint: hintFor(name as keyof Faults),
      })
    }
  }
}

function hintFor(name: keyof Faults): string {
  const { standard, most } = faultRules[name]
  return `Without faults it is ${JSON.stringify(standard)}.${most === undefined ? '' : ` At most ${most}.`}`
}

function fits(name: keyof Faults, value: unknown): boolean {
  const { standard, most = 0, words }: FaultRule = faultRules[name]
  if (standard === null) return value === null || isApiFault(value)
  if (words) return words.includes(value)
  return typeof standard === 'boolean' ? typeof value === 'boolean' : isWithin(value, most)
}

/** In real time: an hour. */
const longestDelayMs = 60 * 60_000

function isWithin(value: unknown, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most
}

function isApiFault(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { status, body, headers, delayMs, times } = value as Record<keyof ApiFault, unknown>
  return (
    (status === undefined || status === 0 || (Number.isInteger(status) && inStatusRange(Number(status)))) &&
    (body === undefined || typeof body === 'string') &&
    (headers === undefined || (typeof headers === 'object' && headers !== null)) &&
    (delayMs === undefined || isWithin(delayMs, longestDelayMs)) &&
    (times === undefined || isWithin(times, Number.MAX_SAFE_INTEGER))
  )
}

function inStatusRange(status: number): boolean {
  return status >= 200 && status <= 599
}
