/** Publishes messages over one connection, and finds out what a failure means. */

import type { JetStreamClient, PubAck } from '@nats-io/jetstream'
import type { Logger } from '../log.ts'
import type { NatsClient, NatsConnection } from './client.ts'
import { explainPublication, isUnanswered, isUnpublishable, whyUnreadable } from './explain.ts'
import type { OutgoingMessage } from './message.ts'

export interface Failure {
  /**
   * `unpublishable`: this message will never be taken. `refused`: the server did not take it now.
   * `unreached`: no answer of a server, so nothing is known about the message. `suspect`: the same, because the server
   * closed the connection over this message or another that was on its way.
   */
  kind: 'unpublishable' | 'refused' | 'unreached' | 'suspect'
  error: string
}

export interface PublisherOptions {
  url: string
  client: NatsClient
  connection: NatsConnection
  log: Logger
}

const ackTimeoutMs = 5_000

export class Publisher {
  readonly #options: PublisherOptions
  readonly #js: JetStreamClient
  #unanswered = 0
  /** How many had no answer when the connection ended. */
  #lost: number | null = null

  constructor(options: PublisherOptions) {
    this.#options = options
    this.#js = options.client.jetstream(options.connection)
  }

  get isOpen(): boolean {
    return !this.#options.connection.isClosed()
  }

  /** The message is on its way when this returns, so that messages keep the order of the calls. Never rejects. */
  async publish(message: OutgoingMessage): Promise<PubAck | Failure> {
    this.#unanswered++
    try {
      return await this.#send(message)
    } catch (thrown) {
      return await this.#judge(thrown)
    } finally {
      this.#unanswered--
    }
  }

  async #send(message: OutgoingMessage): Promise<PubAck> {
    const headers = this.#options.client.headers()
    for (const [name, value] of message.headers) headers.append(name, value)
    const options = { msgID: message.id, headers, timeout: ackTimeoutMs }
    return this.#js.publish(message.subject, message.payload, options)
  }

  /** Which of several messages ends the connection is found by publishing them one by one. */
  async #judge(thrown: unknown): Promise<Failure> {
    const { url, connection, log } = this.#options
    if (this.isOpen) {
      const error = explainPublication(thrown, url)
      if (isUnpublishable(thrown)) return { kind: 'unpublishable', error }
      return { kind: isUnanswered(thrown) ? 'unreached' : 'refused', error }
    }
    this.#lost ??= this.#unanswered
    const reason = whyUnreadable(await connection.closed())
    if (reason === null) return { kind: 'unreached', error: 'the connection was lost' }
    if (this.#lost > 1) return { kind: 'suspect', error: `the server closed the connection: ${reason}` }
    log.warn({ reason }, 'a notification cannot be published, and is set aside')
    return { kind: 'unpublishable', error: `the server closed the connection because of it: ${reason}` }
  }
}
