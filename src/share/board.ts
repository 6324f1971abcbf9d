/** What sharing shows of itself, told when it changes. */

import type { ShareFollower, ShareStatus } from '../contract/status.ts'
import type { StreamMessage } from '../contract/stream.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Explanation } from './explain.ts'

export interface BoardOptions {
  role: ShareStatus['role']
  url: string
  name: string | null
  lag(): number
  hubSink(): string | null
  publish(message: StreamMessage): void
  now(): Date
}

/** Numbers change with every notification, and are told at most so often. */
const tellEveryMs = 500

export class Board {
  readonly #options: BoardOptions
  #state: ShareStatus['state'] = 'connecting'
  #why: Explanation | null = null
  #since: Date
  #followers: ShareFollower[] = []
  #told = ''
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: BoardOptions) {
    this.#options = options
    this.#since = options.now()
  }

  status(): ShareStatus {
    const { role, url, name, lag, hubSink } = this.#options
    return {
      role,
      url,
      state: this.#state,
      since: this.#since.toISOString(),
      detail: this.#why?.detail ?? null,
      hint: this.#why?.hint ?? null,
      lag: lag(),
      name,
      hubSink: hubSink(),
      followers: this.#followers,
    }
  }

  /** `why`: what keeps it from being connected. */
  setState(state: ShareStatus['state'], why: Explanation | null): void {
    if (state === this.#state && why?.detail === this.#why?.detail) return
    if (state !== this.#state) this.#since = this.#options.now()
    this.#state = state
    this.#why = why
    // What was true of the others need not be any more.
    if (state !== 'connected') this.#followers = []
    this.#tell()
  }

  /** A number may be another one by now. */
  changed(): void {
    this.#timer ??= setTimeout(() => this.#tell(), tellEveryMs).unref()
  }

  /** Looks at the followers again and again. */
  watch(look: () => Promise<ShareFollower[]>, everyMs: number, log: Logger): { stop(): void } {
    let stopped = false
    const lookNow = async () => {
      try {
        const followers = await look()
        if (stopped) return
        this.#followers = followers
        this.changed()
      } catch (thrown) {
        log.debug({ reason: messageOf(thrown) }, 'state of the stream not seen')
      }
    }
    void lookNow()
    const timer = setInterval(() => void lookNow(), everyMs).unref()
    return {
      stop() {
        stopped = true
        clearInterval(timer)
      },
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#closed) return
    const status = this.status()
    const text = JSON.stringify(status)
    if (text === this.#told) return
    this.#told = text
    this.#options.publish({ type: 'share', share: status })
  }
}
