/** Tries until a tunnel under our own name carries requests. */

import { setTimeout as sleep } from 'node:timers/promises'

import { FicDevError, messageOf } from '../errors.ts'
import { isUnresolved, offlineWords } from './offline.ts'
import { Patience } from './patience.ts'

import type { ProbeOutcome } from './probe.ts'
import type { OpenTunnel, TunnelHint, TunnelProvider } from './provider.ts'
import type { TunnelTiming } from './timing.ts'

export interface Reached {
  tunnel: OpenTunnel
  /** Why it could not be told from here whether it carries requests; `null` if one came back. */
  doubt: string | null
}

export interface OpeningParts {
  provider: TunnelProvider
  port: number
  timing: TunnelTiming
  random: () => number
  /** The wall clock in milliseconds. */
  now: () => number
  mayTakeOtherName: () => boolean
  /** Asked if a name was not found. */
  isOffline: () => Promise<boolean>
  probe: (url: string, signal: AbortSignal) => Promise<ProbeOutcome>
  onHint: (hint: TunnelHint) => void
  /** What it waits for; `held` when somebody else has had our name for `heldAfterMs`. */
  tell: (detail: string, held: boolean) => void
}

export class Opening {
  readonly #parts: OpeningParts
  readonly #patience: Patience
  #name: string | null
  #attempts = 0
  #lastProblem = ''
  #worked = false
  /** How often the time to confirm ended in doubt. */
  #doubts = 0
  /** What the attempt that is being made was told of its end. */
  #ended: string | null = null
  /** Since when, on the monotonic clock, and how often we were given another name. */
  #refused: { since: number; times: number } | null = null

  constructor(parts: OpeningParts, name: string | null) {
    this.#parts = parts
    this.#patience = new Patience(parts.timing, parts.random)
    this.#name = name
  }

  get attempts(): number {
    return this.#attempts
  }

  /** Whether the last thing that was in the way is the network of this machine. */
  get isOffline(): boolean {
    return this.#lastProblem === offlineWords
  }

  get lastProblem(): string {
    return this.#lastProblem
  }

  /** To be told when a tunnel has held for a while: the next loss begins with no wait. */
  settled(): void {
    this.#patience.settled()
  }

  /**
   * Rejects, with nothing left open, when `signal` aborts, and, as long as no tunnel has ever worked, with the
   * provider's `FicDevError`.
   */
  async reach(signal: AbortSignal): Promise<Reached> {
    for (;;) {
      await this.#beforeNext(signal)
      this.#patience.attempted()
      this.#attempts += 1
      const reached = await this.#attempt(signal)
      if (reached) return reached
      await sleep(this.#parts.timing.releaseMs, undefined, { signal })
    }
  }

  async #beforeNext(signal: AbortSignal): Promise<void> {
    const { waitMs, because } = this.#patience.next()
    if (because === 'cap') {
      const at = new Date(this.#parts.now() + waitMs).toISOString()
      this.#tell(
        `The limit of ${this.#parts.timing.attemptsPerHour} attempts per hour is reached; the next attempt is at ${at}.`,
      )
    }
    await sleep(waitMs, undefined, { signal })
  }

  async #attempt(signal: AbortSignal): Promise<Reached | null> {
    const opened = await this.#begin(signal)
    if (!opened) return null
    if (!this.#isOurs(opened)) {
      await this.#refuse(opened, signal)
      return null
    }
    this.#refused = null
    let confirmed: Pick<Reached, 'doubt'> | null = null
    try {
      confirmed = await this.#confirm(opened, signal)
    } finally {
      if (!confirmed) await opened.stop()
    }
    if (!confirmed) return null
    this.#name = opened.granted ?? this.#name
    this.#worked = true
    return { tunnel: opened, ...confirmed }
  }

  async #begin(signal: AbortSignal): Promise<OpenTunnel | null> {
    const { provider, port, timing, onHint } = this.#parts
    this.#ended = null
    try {
      return await provider.start({
        port,
        desired: this.#name,
        signal,
        timeoutMs: provider.openTimeoutMs ?? timing.openTimeoutMs,
        onHint: (hint) => {
          if (hint.kind === 'exit') this.#ended = hint.words
          onHint(hint)
        },
      })
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof FicDevError && !this.#worked) throw error
      const words = messageOf(error)
      if (isUnresolved(words) && (await this.#parts.isOffline())) await this.#awaitNetwork(signal)
      else this.#tell(words)
      return null
    }
  }

  /** No service has seen an attempt, so none counts. */
  async #awaitNetwork(signal: AbortSignal): Promise<void> {
    this.#lastProblem = offlineWords
    this.#parts.tell(`${offlineWords} Waiting for the network; --emulator needs none.`, this.#isHeld())
    do await sleep(this.#parts.timing.offlineIntervalMs, undefined, { signal })
    while (await this.#parts.isOffline())
    this.#patience.withdrawn()
  }

  /** A provider that has no names cannot give a wrong one. */
  #isOurs({ granted }: OpenTunnel): boolean {
    if (granted === null || this.#name === null || granted === this.#name) return true
    return this.#isHeld() && this.#parts.mayTakeOtherName()
  }

  #isHeld(): boolean {
    const since = this.#refused?.since
    return since !== undefined && performance.now() - since >= this.#parts.timing.heldAfterMs
  }

  async #refuse(opened: OpenTunnel, signal: AbortSignal): Promise<void> {
    this.#refused ??= { since: performance.now(), times: 0 }
    this.#refused.times += 1
    this.#tell(
      `The name "${this.#name}" is in use by another tunnel; the tunnel "${opened.granted}", offered instead, was closed.`,
    )
    await opened.stop()
    // The first time the name may just not be free yet. Dead connections of our own are then used up in two rounds;
    // who has the name after that is somebody else.
    if (this.#refused.times === 2 || this.#refused.times === 3) await opened.drain?.(signal)
  }

  /**
   * Until a request comes back, or so long that opening again is worth more than waiting; then returns `null`. If this
   * machine can't find out, the tunnel is kept all the same: it may well carry the requests of others.
   */
  async #confirm(opened: OpenTunnel, signal: AbortSignal): Promise<Pick<Reached, 'doubt'> | null> {
    const { provider, timing, probe } = this.#parts
    if (opened.isNewName) await sleep(timing.newNameMs, undefined, { signal })
    const until = performance.now() + timing.confirmLimitMs
    for (;;) {
      if (this.#ended !== null) {
        this.#tell(this.#ended)
        return null
      }
      const outcome = await probe(opened.url, signal)
      signal.throwIfAborted()
      if (outcome.outcome === 'ok') return { doubt: null }
      const isUnknown = outcome.outcome === 'unknown'
      if (isUnknown && !provider.runs) return { doubt: outcome.reason }
      this.#tell(`No request has come back through ${opened.url} yet. ${outcome.reason}`)
      if (provider.runs && performance.now() >= until) {
        if (!isUnknown) return null
        this.#doubts += 1
        // A name of one start may just not exist: then another one is worth an attempt.
        const mayNotExist = provider.urlStability === 'per-start' && this.#doubts === 1
        return mayNotExist ? null : { doubt: outcome.reason }
      }
      await sleep(timing.confirmIntervalMs, undefined, { signal })
    }
  }

  #tell(problem: string): void {
    this.#lastProblem = problem
    this.#parts.tell(problem, this.#isHeld())
  }
}
