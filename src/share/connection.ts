/** Keeps a connection to a NATS server: opens it, lets it be used until it ends, and opens it again. */

import type { ShareStatus } from '../contract/status.ts'
import { FicDevError, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { backoffMs, rest } from '../time.ts'
import type { NatsConnection } from './client.ts'
import { explain, type Explanation } from './explain.ts'

export interface KeptOptions {
  url: string
  open(): Promise<NatsConnection>
  /**
   * Uses a connection until it ends, or `signal` does. Calls `ready` once all that is needed is there, and
   * `acknowledged` when the server has done what it is there for: the next pause is a short one again.
   */
  use(
    connection: NatsConnection,
    signal: AbortSignal,
    ready: () => void,
    acknowledged: () => void,
  ): Promise<void>
  onState(state: ShareStatus['state'], why: Explanation | null): void
  /** Something that a person has to mend; told once until it changes. */
  onError(error: FicDevError): void
  log: Logger
}

const pauses = { firstMs: 250, longestMs: 10_000 }

export class KeptConnection {
  readonly #options: KeptOptions
  readonly #closing = new AbortController()
  readonly #ended: Promise<void>
  #failures = 0
  #lastError: string | null = null

  constructor(options: KeptOptions) {
    this.#options = options
    this.#ended = this.#run()
  }

  /** Resolves when what was under way has come to its end. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      const failure = await this.#useOnce()
      if (signal.aborted) return
      this.#tell(failure)
      await rest(backoffMs(++this.#failures, pauses) * (1 + Math.random() * 0.2), signal)
    }
  }

  /** Gives what ended it. */
  async #useOnce(): Promise<unknown> {
    const { open, use, onState } = this.#options
    const { signal } = this.#closing
    let connection: NatsConnection | null = null
    try {
      connection = await orAborted(open(), signal)
      if (connection === null) return null
      const ready = () => {
        this.#lastError = null
        onState('connected', null)
      }
      await use(connection, signal, ready, () => (this.#failures = 0))
      return (await endOf(connection)) ?? new Error('the connection was lost')
    } catch (thrown) {
      return thrown
    } finally {
      await connection?.close()
    }
  }

  #tell(failure: unknown): void {
    const { url, onState, onError, log } = this.#options
    const why = explain(failure, url)
    log.debug({ reason: messageOf(failure) }, 'sharing interrupted')
    onState('disconnected', why)
    if (!(failure instanceof FicDevError) || this.#lastError === why.detail) return
    this.#lastError = why.detail
    onError(failure)
  }
}

/** Opening cannot be broken off; what opens after all is closed at once. */
async function orAborted(
  opening: Promise<NatsConnection>,
  signal: AbortSignal,
): Promise<NatsConnection | null> {
  let giveUp = () => {}
  const aborted = new Promise<null>((resolve) => (giveUp = () => resolve(null)))
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    const opened = await Promise.race([opening, aborted])
    if (opened === null) opening.then((late) => late.close()).catch(() => {})
    return opened
  } finally {
    // A server may be away for days, with an attempt every few seconds.
    signal.removeEventListener('abort', giveUp)
  }
}

async function endOf(connection: NatsConnection): Promise<unknown> {
  return connection.isClosed() ? connection.closed() : null
}
