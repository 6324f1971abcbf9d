/** All waits of the tunnel in one place, so that tests can shorten them. */

export interface TunnelTiming {
  /** What `start` takes at most before it gives up: with all else, fic-dev ends within a minute. */
  openingLimitMs: number
  /** One attempt to open. */
  openTimeoutMs: number
  /** From the making of a name to the first question for it. */
  newNameMs: number
  /** From "open" to the first request that comes back. */
  confirmLimitMs: number
  confirmIntervalMs: number
  probeIntervalMs: number
  /** Between probes while there is doubt. */
  suspectIntervalMs: number
  /** From a hint to its probe: errors come ten at a time, and some are over by then. */
  hintPauseMs: number
  probeTimeoutMs: number
  /** After a stop: a server frees a name a second after its last connection. */
  releaseMs: number
  backoffFirstMs: number
  backoffMaxMs: number
  /** How long somebody else must have our name before it counts as theirs. */
  heldAfterMs: number
  /** Between the looks whether the network is back. */
  offlineIntervalMs: number
  attemptsPerHour: number
  hourMs: number
  clockTickMs: number
  /** What the clock may differ from the tick before it counts as a jump: sleep, or a person who set it. */
  clockJumpMs: number
}

export const defaultTiming: TunnelTiming = {
  openingLimitMs: 55_000,
  openTimeoutMs: 10_000,
  newNameMs: 6_000,
  confirmLimitMs: 15_000,
  confirmIntervalMs: 1_000,
  probeIntervalMs: 20_000,
  suspectIntervalMs: 5_000,
  hintPauseMs: 500,
  probeTimeoutMs: 5_000,
  releaseMs: 1_300,
  backoffFirstMs: 1_000,
  backoffMaxMs: 60_000,
  heldAfterMs: 5 * 60_000,
  offlineIntervalMs: 2_000,
  // The public service blocks an address for a while after 100 new names in an hour (localtunnel issue 736).
  attemptsPerHour: 30,
  hourMs: 3_600_000,
  clockTickMs: 2_000,
  clockJumpMs: 10_000,
}
