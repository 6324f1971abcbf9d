/** What the emulator does wrong on demand. All of it is off until somebody asks. */

import { FicDevError } from '../errors.ts'
import { longestAdvanceMs } from './clock.ts'

export interface Faults {
  /** Every notification goes out twice, with the same id. */
  twins: boolean
  /** Of two events, the first is held back for two seconds and comes after the second. */
  wrongOrder: boolean
  /** How long after the verification the welcome notification is sent. */
  lateWelcomeMs: number
  /** How many ids an event has when the trigger names none. */
  manyIds: number
  /** Every message leaves this much later. */
  slowMs: number
  /** Signs with another key than the published one. */
  changedKey: boolean
  /** How many of the next messages, challenges included, never leave. */
  lost: number
  /** Both were seen in the documentation (docs/protocol.md#4-notifications). */
  structuredContentType: 'application/cloudevents+json' | 'application/json'
  /** What the API answers in place of the right answer. */
  api: ApiFault | null
}

export interface ApiFault {
  /** 0 drops the connection; left out, the right answer is given (after `delayMs`). */
  status?: number
  /** Text, HTML too; an error body of the usual shape when left out. */
  body?: string
  headers?: Record<string, string>
  /** In real time. */
  delayMs?: number
  /** How many requests it hits; all of them when left out. */
  times?: number
}

export interface FaultSwitch {
  get(): Faults
  set(changes: Partial<Faults>): void
  reset(): void
}

const noFaults: Faults = {
  twins: false,
  wrongOrder: false,
  lateWelcomeMs: 0,
  manyIds: 1,
  slowMs: 0,
  changedKey: false,
  lost: 0,
  structuredContentType: 'application/cloudevents+json',
  api: null,
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
  const most = name in largest ? ` At most ${largest[name as keyof typeof largest]}.` : ''
  return `Without faults it is ${JSON.stringify(noFaults[name])}.${most}`
}

function fits(name: keyof Faults, value: unknown): boolean {
  if (name === 'api') return value === null || isApiFault(value)
  if (name === 'structuredContentType') {
    return value === 'application/cloudevents+json' || value === 'application/json'
  }
  if (typeof noFaults[name] === 'boolean') return typeof value === 'boolean'
  return isWithin(value, largest[name as keyof typeof largest])
}

/** What a fault may be at most: a message must fit into memory, a time into a date, and a delay into a timer. */
const largest = {
  lateWelcomeMs: longestAdvanceMs,
  slowMs: longestAdvanceMs,
  manyIds: 100_000,
  lost: 1_000_000,
} as const

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
