/** How long the keeper waits for what. */

import { isEmulator } from '../fic-api/error.ts'

export interface KeeperTiming {
  /**
   * Pauses between the questions whether a challenge has come through; 20 s together. The first one is for the emulator,
   * which has sent it by then: otherwise every start would wait for the second.
   */
  pollsMs: readonly number[]
  /** From a challenge that our own sink has answered, awaited or not, to a look at a subscription that is not verified. */
  afterChallengeMs: number
  /** The least time between two such looks. */
  betweenLooksMs: number
  /** How often an unverified subscription is looked at: a late challenge, or a person, may have verified it. */
  lookAgainMs: number
  /**
   * How often a verified one is: Fatture in Cloud may have deleted it, and another program of the same app moved it.
   * There is no other sign of that. 2 minutes are 30 of the 1,000 requests of an hour (docs/protocol.md#7-api-error-responses).
   */
  watchMs: number
  /** After failures in a row that may pass; the last one repeats. */
  retriesMs: readonly number[]
  /** For what is to be done on exit. */
  closeMs: number
}

const shortPollsMs = [20, 180, 300, 500, 1000, 1500, 2500]

const defaultTiming: KeeperTiming = {
  pollsMs: [...shortPollsMs, 3000, 3000, 4000, 4000],
  afterChallengeMs: 1000,
  betweenLooksMs: 10_000,
  lookAgainMs: 30_000,
  watchMs: 2 * 60_000,
  retriesMs: [30_000, 60_000, 120_000, 300_000, 600_000],
  closeMs: 3000,
}

/** At an emulator a challenge is over within a few seconds, and a look costs nothing. */
const emulatorTiming = { pollsMs: shortPollsMs, watchMs: 30_000 }

/** The timing at an API, with changes. */
export function timingAt(apiBase: string, changes: Partial<KeeperTiming> = {}): KeeperTiming {
  return { ...defaultTiming, ...(isEmulator(apiBase) && emulatorTiming), ...changes }
}
