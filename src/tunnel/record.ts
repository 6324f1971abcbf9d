/** What state the tunnel is in, what it was before, and who wants to hear of it. */

import type { TunnelChange, TunnelStatus } from '../contract/status.ts'
import type { TunnelState } from '../contract/vocabulary.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'

/** `state` stands for every change that is none of the three that others act on. */
export type TunnelEvent = 'up' | 'down' | 'url-changed' | 'state'

export type TunnelListener = (status: TunnelStatus, event: TunnelEvent) => void

const historyLength = 50

export class TunnelRecord {
  readonly #provider: string
  readonly #log: Logger
  readonly #now: () => number
  readonly #listeners = new Set<TunnelListener>()
  #history: TunnelChange[]
  #detail: string | null = null
  #publicUrl: string | null = null
  #state: TunnelState = 'starting'
  #since: string
  /** As the listeners know it; `suspect` and `unknown` leave it as it was. */
  #up = false
  #toldUrl: string | null = null

  constructor(provider: string, log: Logger, now: () => number) {
    this.#provider = provider
    this.#log = log
    this.#now = now
    this.#since = this.#time()
    this.#history = [{ at: this.#since, state: 'starting', publicUrl: null, detail: null }]
  }

  get state(): TunnelState {
    return this.#state
  }

  get publicUrl(): string | null {
    return this.#publicUrl
  }

  status(): TunnelStatus {
    return {
      provider: this.#provider,
      state: this.#state,
      publicUrl: this.#publicUrl,
      detail: this.#detail,
      since: this.#since,
      history: [...this.#history],
    }
  }

  onChange(listener: TunnelListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A new detail alone is told, but is no entry of the history. */
  become(state: TunnelState, detail: string | null, publicUrl: string | null = this.#publicUrl): void {
    const changed = state !== this.#state || publicUrl !== this.#publicUrl
    if (!changed && detail === this.#detail) return
    if (state !== this.#state) this.#since = this.#time()
    this.#state = state
    this.#publicUrl = publicUrl
    this.#detail = detail
    if (changed) {
      this.#history = [...this.#history, { at: this.#time(), state, publicUrl, detail }].slice(-historyLength)
      this.#log.debug({ state, publicUrl, detail }, 'tunnel changed')
    }
    for (const event of this.#events()) this.#tell(event)
  }

  #events(): TunnelEvent[] {
    if (this.#state === 'up') {
      const events: TunnelEvent[] = []
      if (this.#toldUrl !== null && this.#toldUrl !== this.#publicUrl) events.push('url-changed')
      if (!this.#up) events.push('up')
      this.#toldUrl = this.#publicUrl
      this.#up = true
      return events.length > 0 ? events : ['state']
    }
    const lost = this.#up && (this.#state === 'down' || this.#state === 'held')
    if (lost) this.#up = false
    return [lost ? 'down' : 'state']
  }

  #tell(event: TunnelEvent): void {
    const status = this.status()
    for (const listener of this.#listeners) {
      try {
        listener(status, event)
      } catch (error) {
        // A listener's mistake must not end the watch over the tunnel.
        this.#log.error({ event, error: messageOf(error) }, 'a listener to the tunnel failed')
      }
    }
  }

  #time(): string {
    return new Date(this.#now()).toISOString()
  }
}
