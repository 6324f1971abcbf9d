/** The follower: takes notifications from the stream, each once, and confirms it when it is durable. */

import { createHash } from 'node:crypto'
import type { HeaderPair } from '../contract/notification.ts'
import type { ShareStatus } from '../contract/status.ts'
import { messageOf, type FicDevError } from '../errors.ts'
import { matchesType } from '../fic/event-types.ts'
import type { VerifySignature } from '../fic/signature/verify.ts'
import type { Logger } from '../log.ts'
import type { Capture, CaptureOptions } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import { Board } from './board.ts'
import type { JetStreamManager, JsMsg, NatsClient, NatsConnection } from './client.ts'
import { KeptConnection } from './connection.ts'
import { ensureConsumer } from './consumer.ts'
import { judgeMessage } from './judge.ts'
import { arrivalKey, requestHeader } from './message.ts'
import { ensureStream, waitingOf } from './stream.ts'
import { streamName } from './subject.ts'

export interface FollowerOptions {
  url: string
  client: NatsClient
  company: number
  /** As in `isFollowerName`. */
  name: string
  /** Tells this project from another that takes the same name; a secret, of which only a digest leaves. */
  projectSecret: string
  /** Short, long or group names, or ending in `*`; empty: all. */
  types: readonly string[]
  /** Goes back to that time, once; `null`: from now on, or where it was. */
  since: Date | null
  verify: VerifySignature
  store: Store
  targetsFor(capture: Capture): CaptureOptions
  onChange(status: ShareStatus): void
  onError(error: FicDevError): void
  log: Logger
  now(): Date
}

const lookEveryMs = 2_000
/** After a capture that failed (a full disk), before the same message comes again. */
const pauseAfterFailureMs = 5_000

export class Follower {
  readonly #options: FollowerOptions
  readonly #board: Board
  #since: Date | null
  #lag = 0
  #connection: KeptConnection | null = null
  /** Captures that are not durable yet. */
  readonly #pending = new Set<Promise<void>>()

  constructor(options: FollowerOptions) {
    const { url, name, since, onChange, now } = options
    this.#options = options
    this.#since = since
    this.#board = new Board({ role: 'follower', url, name, lag: () => this.#lag, onChange, now })
  }

  start(): void {
    const { url, client, onError, log } = this.#options
    this.#connection = new KeptConnection({
      url,
      open: client.connect,
      use: (connection, signal, ready) => this.#use(connection, signal, ready),
      onState: (state, detail) => this.#board.setState(state, detail),
      onError,
      log,
    })
  }

  status(): ShareStatus {
    return this.#board.status()
  }

  async close(): Promise<void> {
    this.#board.close()
    await this.#connection?.close()
  }

  async #use(connection: NatsConnection, signal: AbortSignal, ready: () => void): Promise<void> {
    const { client, url, company, name, projectSecret, store, log } = this.#options
    const manager = await client.jetstreamManager(connection)
    await ensureStream(manager, url, log)
    const info = await ensureConsumer(manager, {
      company,
      name,
      owner: createHash('sha256').update(`follower ${projectSecret}`).digest('hex').slice(0, 16),
      since: this.#since,
      lastArrival: store.lastArrival(),
    })
    // Gone back once; after that it goes on from where it is.
    this.#since = null
    this.#lag = waitingOf(info)
    const { created } = await manager.streams.info(streamName)
    const consumer = client.jetstream(connection).consumers.getConsumerFromInfo(info)
    const messages = await consumer.consume({ max_messages: 200, abort_on_missing_resource: true })
    const stop = () => void messages.close()
    signal.addEventListener('abort', stop, { once: true })
    const looking = this.#board.watch(() => this.#look(manager, info.name), lookEveryMs, log)
    ready()
    try {
      for await (const message of messages) await this.#take(message, created, signal)
    } finally {
      looking.stop()
      signal.removeEventListener('abort', stop)
      await Promise.all(this.#pending)
      // The confirmations are on their way; without them all of it would come again.
      if (!connection.isClosed()) await connection.flush().catch(() => {})
    }
  }

  async #look(manager: JetStreamManager, consumer: string): Promise<[]> {
    this.#lag = waitingOf(await manager.consumers.info(streamName, consumer))
    return []
  }

  /** Resolves when its place among the captures is taken, not when it is durable: those of one turn share a commit. */
  async #take(message: JsMsg, streamCreated: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { company, verify, types, store, targetsFor, log } = this.#options
    const publishedAt = new Date(Number(message.timestampNanos / 1_000_000n))
    const payload = Buffer.from(message.data)
    const headers = toPairs(message)
    const capture = await judgeMessage(
      { subject: message.subject, headers, payload, publishedAt },
      company,
      verify,
    )
    if (!isWanted(capture, types)) return message.ack()
    const key = arrivalKey({
      id: message.headers?.get('Nats-Msg-Id') ?? '',
      request: message.headers?.get(requestHeader) ?? '',
      payload,
      place: `${streamCreated} ${message.seq}`,
    })
    const durable = store
      .captureOnce({ key, at: publishedAt }, capture, targetsFor(capture))
      .then(() => message.ack())
      .catch((thrown: unknown) => {
        log.error({ reason: messageOf(thrown) }, 'capture failed; the stream is asked for it again')
        message.nak(pauseAfterFailureMs)
      })
      .then(() => void this.#pending.delete(durable))
    this.#pending.add(durable)
  }
}

/** A welcome says that the subscription works, and what is strange somebody should see: both come whatever is wanted. */
function isWanted({ kind, eventType }: Capture, types: readonly string[]): boolean {
  if (types.length === 0 || kind !== 'event' || eventType === null) return true
  return types.some((name) => matchesType(eventType, name))
}

function toPairs({ headers }: JsMsg): HeaderPair[] {
  return [...(headers ?? [])].flatMap(([name, values]) =>
    [values].flat().map((value): HeaderPair => [name, value]),
  )
}
