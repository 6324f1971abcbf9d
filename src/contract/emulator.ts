/** What the private API says about the emulator: its clock, and what it does wrong on demand. */

/** `GET /api/emulator/clock`, and the answer to `POST` with `{ advanceMs }`. */
export interface EmulatorClock {
  /** ISO 8601 in UTC. */
  now: string
}

/** `GET /api/emulator/faults`, and the answer to `POST` with those that change. */
export interface EmulatorFaults {
  /** Every notification goes out twice, with the same id. */
  twins: boolean
  /** Of two events, the first comes after the second. */
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
}
