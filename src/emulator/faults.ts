/** The faults of the emulator. All of them are off by default. */

import { FicDevError } from '../errors.ts'
import { longestAdvanceMs } from './clock.ts'

/** The faults of the emulator, all off by default. */
export interface Faults {
  /**
   * Sends every notification twice, with the same id.
   * @default false
   */
  twins: boolean
  /**
   * Holds back the first of two events for two seconds, so that it arrives after the second.
   * @default false
   */
  wrongOrder: boolean
  /**
   * The delay between verification and welcome, in milliseconds of the emulator's clock.
   * @default 0
   */
  lateWelcomeMs: number
  /**
   * The number of ids of an event whose trigger names none.
   * @default 1
   */
  manyIds: number
  /**
   * A delay before every message, in milliseconds of the emulator's clock.
   * @default 0
   */
  slowMs: number
  /**
   * Signs with another key than the published one.
   * @default false
   */
  changedKey: boolean
  /**
   * The number of next messages, challenges included, that are not sent.
   * @default 0
   */
  lost: number
  /**
   * The content type of structured notifications. The documentation shows both (docs/protocol.md#4-notifications).
   * @default application/cloudevents+json
   */
  structuredContentType: 'application/cloudevents+json' | 'application/json'
  /**
   * A wrong or slow answer of the API.
   * @default null
   */
  api: ApiFault | null
}

/** A wrong or slow answer of the API. */
export interface ApiFault {
  /**
   * The status of the answer, 200 to 599; 0 closes the connection.
   * @default the correct answer, after `delayMs`
   */
  status?: number
  /**
   * The body: any text, HTML included.
   * @default an error body in the form of the API
   */
  body?: string
  /**
   * Headers of the answer.
   * @default none
   */
  headers?: Record<string, string>
  /**
   * A delay before the answer, in milliseconds of real time; at most an hour.
   * @default 0
   */
  delayMs?: number
  /**
   * The number of requests that get this answer.
   * @default all requests
   */
  times?: number
}

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
