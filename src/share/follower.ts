/** The follower: takes notifications from the stream, each once, and confirms it when it is durable. */

import { createHash } from 'node:crypto'
import type { HeaderPair } from '../contract/notification.ts'
import type { ShareStatus } from '../contract/status.ts'
import { messageOf } from '../errors.ts'
import { matchesType } from '../fic/event-types.ts'
import { provenAudience } from '../fic/signature/audience.ts'
import type { VerifySignature } from '../fic/signature/verify.ts'
import { planDelivery, type Policy } from '../intake/policy.ts'
import type { Capture } from '../store/notifications.ts'
import type { Store } from '../store/store.ts'
import type { JetStreamManager, JsMsg } from './client.ts'
import { ensureConsumer } from './consumer.ts'
import { fetchNewest } from './hub-sink.ts'
import { judgeMessage, type IncomingMessage } from './judge.ts'
import { Membership, type MembershipOptions, type Visit } from './membership.ts'
import { arrivalKey, requestHeader } from './message.ts'
import { waitingOf } from './stream.ts'
import { streamName } from './subject.ts'

export interface FollowerOptions extends MembershipOptions {
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
  policy: Policy
  /** The URLs of the targets that take an event type. */
  targetsFor(eventType: string | null): string[]
}

/** After a capture that failed (a full disk), before the same message comes again. */
const pauseAfterFailureMs = 5_000

export class Follower {
  readonly #options: FollowerOptions
  readonly #membership: Membership
  #since: Date | null
  #lag = 0
  #hubSink: string | null = null
  /** Captures that are not durable yet. */
  readonly #pending = new Set<Promise<void>>()

  constructor(options: FollowerOptions) {
    const { name, since } = options
    this.#options = options
    this.#since = since
    this.#membership = new Membership(options, {
      role: 'follower',
      name,
      lag: () => this.#lag,
      hubSink: () => this.#hubSink,
      use: (visit) => this.#use(visit),
    })
  }

  start(): void {
    this.#membership.start()
  }

  status(): ShareStatus {
    return this.#membership.status()
  }

  close(): Promise<void> {
    return this.#membership.close()
  }

  async #use({ connection, manager, signal, ready, acknowledged }: Visit): Promise<void> {
    const { client, company, name, projectSecret, store } = this.#options
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
    await this.#findHubSink({ client, connection, manager })
    const { created } = await manager.streams.info(streamName)
    const consumer = client.jetstream(connection).consumers.getConsumerFromInfo(info)
    const messages = await consumer.consume({ max_messages: 200, abort_on_missing_resource: true })
    const stop = () => void messages.close()
    signal.addEventListener('abort', stop, { once: true })
    ready(() => this.#look(manager, info.name))
    // The consumer is there: what comes from outside is only read here.
    acknowledged()
    try {
      for await (const message of messages) await this.#take(message, created, signal)
    } finally {
      signal.removeEventListener('abort', stop)
      await Promise.all(this.#pending)
      // The confirmations are on their way; without them all of it would come again.
      if (!connection.isClosed()) await connection.flush().catch(() => {})
    }
  }

  /** An app has to expect the sink of the hub before the first notification arrives. */
  async #findHubSink(visit: Parameters<typeof fetchNewest>[0]): Promise<void> {
    const { company, log } = this.#options
    try {
      const newest = await fetchNewest(visit, company)
      if (newest) this.#keepHubSink(await this.#judge(toIncoming(newest)))
    } catch (error) {
      log.info({ reason: messageOf(error) }, 'the sink of the hub is not known yet')
    }
  }

  #keepHubSink(capture: Capture): void {
    const found = provenAudience(capture.signature)
    if (found === null || found === this.#hubSink) return
    this.#hubSink = found
    this.#membership.changed()
  }

  #judge(message: IncomingMessage): Promise<Capture> {
    const { company, verify } = this.#options
    return judgeMessage(message, company, verify)
  }

  async #look(manager: JetStreamManager, consumer: string): Promise<[]> {
    this.#lag = waitingOf(await manager.consumers.info(streamName, consumer))
    return []
  }

  /** Resolves when its place among the captures is taken, not when it is durable: those of one turn share a commit. */
  async #take(message: JsMsg, streamCreated: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { types, store, policy, targetsFor, log } = this.#options
    const incoming = toIncoming(message)
    const { payload, publishedAt } = incoming
    const capture = await this.#judge(incoming)
    this.#keepHubSink(capture)
    if (!isWanted(capture, types)) return message.ack()
    const key = arrivalKey({
      id: message.headers?.get('Nats-Msg-Id') ?? '',
      request: message.headers?.get(requestHeader) ?? '',
      payload,
      place: `${streamCreated} ${message.seq}`,
    })
    const durable = store
      .captureOnce({ key, at: publishedAt }, capture, planDelivery(capture, policy, targetsFor))
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

function toIncoming(message: JsMsg): IncomingMessage {
  return {
    subject: message.subject,
    headers: toPairs(message),
    payload: Buffer.from(message.data),
    publishedAt: new Date(Number(message.timestampNanos / 1_000_000n)),
  }
}

function toPairs({ headers }: JsMsg): HeaderPair[] {
  return [...(headers ?? [])].flatMap(([name, values]) =>
    [values].flat().map((value): HeaderPair => [name, value]),
  )
}
