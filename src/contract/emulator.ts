/** What the private API says about the emulator. */

/** `GET /api/emulator/clock`, and the answer to `POST` with `{ advanceMs }`. */
export interface EmulatorClock {
  /** ISO 8601 in UTC. */
  now: string
}
