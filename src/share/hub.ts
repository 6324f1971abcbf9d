/** The hub: publishes what was captured to the stream, in order of capture, until the stream has it. */

import { setTimeout as pause } from 'node:timers/promises'
import type { Delivery, Verdict } from '../contract/notification.ts'
import type { ShareStatus } from '../contract/status.ts'
import { messageOf, type FicDevError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { streamScheme, type Job } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import { toShareTarget } from './address.ts'
import { Board } from './board.ts'
import type { NatsClient, NatsConnection } from './client.ts'
import { KeptConnection } from './connection.ts'
import { explainFailure } from './explain.ts'
import { publish, type Publisher } from './publish.ts'
import { ensureStream, listFollowers } from './stream.ts'
import { Waker } from './waker.ts'

export interface HubOptions {
  url: string
  client: NatsClient
  store: Store
  /** Tells this hub's messages from those of others; never published itself. */
  hubSecret: string
  onDelivery(delivery: Delivery): void
  onChange(status: ShareStatus): void
  onError(error: FicDevError): void
  log: Logger
  now(): Date
}

/** On their way at the same time; they keep their order all the same, as they share a connection. */
const batchSize = 64
const lookEveryMs = 3_000
const pauseAfterFailureMs = 5_000
/** Timers are not trusted further than that: the clock may have been set. */
const longestRestMs = 60_000

export class Hub {
  readonly #options: HubOptions
  readonly #target: string
  readonly #board: Board
  readonly #waker = new Waker()
  #connection: KeptConnection | null = null

  constructor(options: HubOptions) {
    const { url, store, onChange, now } = options
    this.#options = options
    this.#target = toShareTarget(url)
    const lag = () => store.jobs.count(this.#target)
    this.#board = new Board({ role: 'hub', url, name: null, lag, onChange, now })
  }

  async start(): Promise<void> {
    const { url, client, onError, log } = this.#options
    await this.#adoptJobs()
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

  /** Something was queued. */
  wake(): void {
    this.#waker.wake()
  }

  async close(): Promise<void> {
    this.#board.close()
    const closed = this.#connection?.close()
    this.#waker.wake()
    await closed
  }

  /** What waits for a server that is no longer configured goes to the one that is. */
  async #adoptJobs(): Promise<void> {
    const { store, log } = this.#options
    const stale = store.jobs
      .targets()
      .filter((target) => target.startsWith(streamScheme) && target !== this.#target)
    for (const target of stale) {
      const moved = await store.moveJobs(target, () => this.#target)
      log.info({ from: target, moved }, 'what was to be published elsewhere is published here')
    }
  }

  async #use(connection: NatsConnection, signal: AbortSignal, ready: () => void): Promise<void> {
    const { client, url, store, log, now } = this.#options
    const manager = await client.jetstreamManager(connection)
    await ensureStream(manager, url, log)
    ready()
    const looking = this.#board.watch(() => listFollowers(manager), lookEveryMs, log)
    void connection.closed().then(() => this.#waker.wake())
    try {
      // Nobody knows for how long it was away: everything is due.
      await store.wakeJobs(this.#target, now())
      const publisher = { js: client.jetstream(connection), headers: client.headers }
      while (!signal.aborted && !connection.isClosed()) {
        const sleep = this.#waker.sleep()
        const verdicts = await this.#publishDue(publisher, connection)
        if (verdicts.length === 0) await sleep.until(this.#restMs())
        else sleep.cancel()
        // Perhaps somebody removed the stream.
        if (verdicts.includes('retried') && !connection.isClosed()) await ensureStream(manager, url, log)
      }
    } finally {
      looking.stop()
    }
  }

  /** How long there is nothing to do unless something is captured. */
  #restMs(): number {
    const nextDue = this.#options.store.jobs.nextDue(this.#target)
    if (nextDue === null) return longestRestMs
    return Math.min(longestRestMs, Math.max(50, nextDue.getTime() - this.#options.now().getTime()))
  }

  async #publishDue(publisher: Publisher, connection: NatsConnection): Promise<(Verdict | null)[]> {
    const { store, now } = this.#options
    const due = store.jobs.due(this.#target, now(), batchSize)
    return Promise.all(due.map((job) => this.#run(job, publisher, connection)))
  }

  /** `null` when there was nothing to publish after all. */
  async #run(job: Job, publisher: Publisher, connection: NatsConnection): Promise<Verdict | null> {
    const { store, hubSecret, url, onDelivery, log, now } = this.#options
    const notification = store.notification(job.seq)
    const body = store.body(job.seq)
    // Removed by a person in the meantime; its jobs went with it.
    if (notification === null || body === null) return null
    const begin = { id: store.nextDeliveryId(), job, target: this.#target, startedAt: now() }
    const publishing = publish(publisher, { notification, body, hubSecret }, begin)
    const begun = store.beginDelivery(publishing.pending)
    onDelivery(publishing.pending)
    const ended = await publishing.ended({
      now,
      explain: (thrown) => (connection.isClosed() ? 'the connection was lost' : explainFailure(thrown, url)),
    })
    try {
      await begun
      await store.endDelivery(ended.delivery, { job, outcome: ended.outcome })
      onDelivery(ended.delivery)
      this.#board.changed()
    } catch (thrown) {
      log.error({ reason: messageOf(thrown) }, 'end of a publication could not be written down')
      // A full disk: the same is not published again and again.
      await pause(pauseAfterFailureMs, null, { ref: false })
    }
    return ended.delivery.verdict
  }
}
