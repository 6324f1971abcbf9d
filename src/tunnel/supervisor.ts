/** Keeps one tunnel really up: has it opened, has it watched, has it opened again, and tells how it stands. */

import { setTimeout as sleep } from 'node:timers/promises'

import type { TunnelStatus } from '../contract/status.ts'
import { messageOf, type FicDevError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { Alarm } from './alarm.ts'
import { toOpeningFailure } from './failure.ts'
import { Opening } from './opening.ts'
import { isOffline } from './offline.ts'
import { ficUserAgent, type Probe, type ProbeOutcome } from './probe.ts'
import type { OpenTunnel, TunnelProvider } from './provider.ts'
import { TunnelRecord, type TunnelListener } from './record.ts'
import { defaultTiming, type TunnelTiming } from './timing.ts'
import { watchTunnel, type Doubt, type Sight } from './watch.ts'

export interface TunnelOptions {
  provider: TunnelProvider
  /** The sink's port on 127.0.0.1. */
  port: number
  /** `/<secret>`. */
  sinkPath: string
  /** The name to ask for. With `null` the first one granted is asked for again after a loss. */
  subdomain: string | null
  probe: Probe
  log: Logger
  timing?: Partial<TunnelTiming>
  /** Asked once our name counts as held by somebody else: another name costs a verification at FIC. No, unless told. */
  mayTakeOtherName?: () => boolean
  /** Whether this machine resolves no names; asked if one was not found. */
  isOffline?: () => Promise<boolean>
  random?: () => number
  /** The wall clock in milliseconds. */
  now?: () => number
}

export interface Tunnel {
  /**
   * Resolves when a request has come back through the tunnel, or when it is open and this machine can't find out whether
   * it carries requests: its state is then `unknown`. Rejects with `TUNNEL_FAILED` when none did within
   * `openingLimitMs`, and then leaves nothing open.
   */
  start(): Promise<void>
  status(): TunnelStatus
  /** Without the sink's path. Kept while the tunnel is down, if it can come back under the same address. */
  publicUrl(): string | null
  /** One request as FIC would send it. To be asked before FIC is made to call us. */
  probeNow(): Promise<ProbeOutcome>
  /** Gives the function that ends it. */
  onChange(listener: TunnelListener): () => void
  close(): Promise<void>
}

/** Opens nothing before `start`. */
export function createTunnel(options: TunnelOptions): Tunnel {
  return new Supervisor(options)
}

class Supervisor implements Tunnel {
  readonly #options: TunnelOptions
  readonly #timing: TunnelTiming
  readonly #now: () => number
  readonly #record: TunnelRecord
  readonly #opening: Opening
  readonly #alarm = new Alarm<Doubt>()
  readonly #closing = new AbortController()
  #starting: Promise<void> | null = null
  #keeping: Promise<void> | null = null
  #open: OpenTunnel | null = null
  #wasOpen = false
  /** Whether a request has ever come back: then silence says something. */
  #hasCarried = false
  /** Wall clock: when a request last came back, and after which time notifications may have been lost. */
  #carriedAt = 0
  #lostSince: number | null = null

  constructor(options: TunnelOptions) {
    this.#options = options
    this.#timing = { ...defaultTiming, ...options.timing }
    this.#now = options.now ?? Date.now
    this.#record = new TunnelRecord(options.provider.name, options.log, this.#now)
    const { provider, port, random = Math.random, mayTakeOtherName = () => false } = options
    this.#opening = new Opening(
      {
        provider,
        port,
        random,
        mayTakeOtherName,
        isOffline: options.isOffline ?? isOffline,
        timing: this.#timing,
        now: this.#now,
        probe: (url, signal) => this.#probe(url, { signal }),
        onHint: (hint) => this.#alarm.ring(hint),
        tell: (detail, held) => this.#waiting(detail, held),
      },
      options.subdomain,
    )
  }

  start(): Promise<void> {
    this.#starting ??= this.#firstUp()
    return this.#starting
  }

  status(): TunnelStatus {
    return this.#record.status()
  }

  publicUrl(): string | null {
    return this.#record.publicUrl
  }

  onChange(listener: TunnelListener): () => void {
    return this.#record.onChange(listener)
  }

  async probeNow(): Promise<ProbeOutcome> {
    if (!this.#open) return { outcome: 'failed', reason: 'There is no tunnel now.' }
    const outcome = await this.#probe(this.#open.url, { userAgent: ficUserAgent })
    if (outcome.outcome !== 'ok') this.#alarm.ring({ kind: 'asked', words: outcome.reason })
    return outcome
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#starting?.catch(() => {})
    await this.#keeping
    await this.#stopOpen()
    this.#record.become('stopped', null)
  }

  async #firstUp(): Promise<void> {
    const limit = AbortSignal.timeout(this.#timing.openingLimitMs)
    try {
      await this.#reach(AbortSignal.any([limit, this.#closing.signal]))
    } catch (error) {
      await this.#stopOpen()
      this.#record.become('stopped', this.#opening.lastProblem || null)
      throw limit.aborted || this.#closing.signal.aborted ? this.#failure() : error
    }
    const stopClock = this.#watchClock()
    this.#keeping = this.#keep()
      .catch((error: unknown) => {
        if (this.#closing.signal.aborted) return
        this.#options.log.error({ error: messageOf(error) }, 'the tunnel is no longer kept up')
        this.#record.become('down', `fic-dev no longer reopens the tunnel. ${messageOf(error)}`)
      })
      .finally(stopClock)
  }

  async #keep(): Promise<void> {
    for (;;) {
      const settle = setTimeout(() => this.#opening.settled(), this.#timing.backoffMaxMs)
      await this.#watch().finally(() => clearTimeout(settle))
      await this.#stopOpen()
      await sleep(this.#timing.releaseMs, undefined, { signal: this.#closing.signal })
      await this.#reach(this.#closing.signal)
    }
  }

  async #reach(signal: AbortSignal): Promise<void> {
    this.#alarm.clear()
    const { tunnel: opened, doubt } = await this.#opening.reach(signal)
    this.#open = opened
    this.#wasOpen = true
    if (doubt !== null) {
      this.#carriedAt ||= this.#now()
      this.#options.log.warn(
        { reason: doubt },
        'this machine cannot check whether the tunnel carries requests',
      )
      const detail = `No request has come back through ${opened.url} yet. ${doubt} This machine cannot check whether notifications arrive; fic-dev keeps running.`
      this.#became('unknown', detail, opened.url)
      return
    }
    const asFic = await this.#probe(opened.url, { userAgent: ficUserAgent })
    this.#closing.signal.throwIfAborted()
    if (asFic.outcome !== 'ok') {
      this.#options.log.warn(
        { reason: asFic.reason },
        'a request as Fatture in Cloud sends it does not come back',
      )
    }
    const problem =
      asFic.outcome === 'ok'
        ? null
        : `A request with the User-Agent of Fatture in Cloud did not reach the sink. ${asFic.reason}`
    this.#became('up', problem, opened.url)
  }

  async #watch(): Promise<void> {
    const opened = this.#open
    if (!opened) return
    await watchTunnel({
      provider: this.#options.provider,
      timing: this.#timing,
      alarm: this.#alarm,
      probe: () => this.#probe(opened.url),
      became: (sight, detail) => this.#became(sight, detail),
      isProven: this.#record.state === 'up',
      signal: this.#closing.signal,
    })
  }

  /** What the watch saw, with the times between which notifications may have been lost. */
  #became(sight: Sight, detail: string | null, url: string | null = this.#record.publicUrl): void {
    if (sight === 'down') {
      this.#lostSince ??= this.#carriedAt
      const since = new Date(this.#lostSince).toISOString()
      this.#options.log.warn({ reason: detail, since }, 'the tunnel is down, notifications may be lost')
      const gone = this.#options.provider.urlStability === 'per-start'
      this.#record.become(
        'down',
        `${detail ?? ''} Notifications sent since ${since} may be lost.`,
        gone ? null : url,
      )
      return
    }
    if (sight !== 'up' || this.#lostSince === null) {
      this.#record.become(sight, detail, url)
      return
    }
    const [from, to] = [new Date(this.#lostSince).toISOString(), new Date(this.#now()).toISOString()]
    this.#lostSince = null
    this.#options.log.warn({ from, to }, 'the tunnel is up again, notifications may have been lost')
    const loss = `The tunnel was down: notifications sent between ${from} and ${to} may be lost.`
    this.#record.become('up', detail === null ? loss : `${detail} ${loss}`, url)
  }

  #waiting(detail: string, held: boolean): void {
    if (!this.#wasOpen) this.#options.log.info({ detail }, 'the tunnel is not up yet')
    this.#record.become(!this.#wasOpen ? 'starting' : held ? 'held' : 'down', detail)
  }

  async #probe(url: string, how: { userAgent?: string; signal?: AbortSignal } = {}): Promise<ProbeOutcome> {
    const outcome = await this.#options.probe.send(`${url}${this.#options.sinkPath}`, {
      timeoutMs: this.#timing.probeTimeoutMs,
      signal: this.#closing.signal,
      unanswered: this.#options.provider.runs || this.#hasCarried ? 'failed' : 'unknown',
      ...how,
    })
    if (outcome.outcome === 'ok') {
      this.#carriedAt = this.#now()
      this.#hasCarried = true
    }
    return outcome
  }

  /** After sleep a tunnel is often half-open, with no event at all; the timers stood still as well. */
  #watchClock(): () => void {
    const { clockTickMs, clockJumpMs } = this.#timing
    let last = this.#now()
    const timer = setInterval(() => {
      const passed = this.#now() - last
      last += passed
      if (Math.abs(passed - clockTickMs) < clockJumpMs) return
      this.#alarm.ring({ kind: 'clock', words: `The clock jumped by ${Math.round(passed / 1_000)} s.` })
    }, clockTickMs)
    return () => clearInterval(timer)
  }

  async #stopOpen(): Promise<void> {
    const opened = this.#open
    this.#open = null
    await opened?.stop()
  }

  #failure(): FicDevError {
    const { attempts, lastProblem, isOffline: offline } = this.#opening
    return toOpeningFailure({
      provider: this.#options.provider,
      closed: this.#closing.signal.aborted,
      limitMs: this.#timing.openingLimitMs,
      attempts,
      lastProblem,
      offline,
    })
  }
}
