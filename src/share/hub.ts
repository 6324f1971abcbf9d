/** The hub: publishes what was captured to the stream, in order of capture, until the stream has it. */

import { setTimeout as pause } from 'node:timers/promises'
import type { Delivery, Verdict } from '../contract/notification.ts'
import type { ShareStatus } from '../contract/status.ts'
import { messageOf } from '../errors.ts'
import type { Job } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import { toShareTarget } from './address.ts'
import { Attendance } from './attendance.ts'
import type { NatsConnection } from './client.ts'
import { explainPublication, isUnanswered, isUnpublishable, whyUnreadable } from './explain.ts'
import { Membership, type MembershipOptions, type Visit } from './membership.ts'
import { publish, type Failure, type Publisher } from './publish.ts'
import { ensureStream } from './stream.ts'
import { Waker } from './waker.ts'

export interface HubOptions extends MembershipOptions {
  store: Store
  /** Tells this hub's messages from those of others; never published itself. */
  hubSecret: string
  onDelivery(delivery: Delivery): void
}

/** On their way at the same time; they keep their order all the same, as they share a connection. */
const batchSize = 64
const pauseAfterFailureMs = 5_000
/** Timers are not trusted further than that: the clock may have been set. */
const longestRestMs = 60_000

export class Hub {
  readonly #options: HubOptions
  readonly #target: string
  readonly #membership: Membership
  readonly #attendance: Attendance
  readonly #waker = new Waker()
  /** Jobs whose last attempt reached no server, and how many in a row: one delivery stands for all of them. */
  readonly #unreached = new Map<number, { deliveryId: number; attempts: number }>()
  /** One of the jobs up to this id made the server close the connection: they are published one by one. */
  #suspectUpTo = 0

  constructor(options: HubOptions) {
    const { url, store, now } = options
    this.#options = options
    this.#target = toShareTarget(url)
    this.#attendance = new Attendance(now)
    this.#membership = new Membership(options, {
      role: 'hub',
      name: null,
      lag: () => store.jobs.count(this.#target),
      use: (visit) => this.#use(visit),
    })
  }

  async start(): Promise<void> {
    await this.#adoptJobs()
    this.#membership.start()
  }

  status(): ShareStatus {
    return this.#membership.status()
  }

  /** Something was queued. */
  wake(): void {
    this.#waker.wake()
  }

  async close(): Promise<void> {
    const closed = this.#membership.close()
    this.#waker.wake()
    await closed
  }

  /** What waits for a server that is no longer configured goes to the one that is. */
  async #adoptJobs(): Promise<void> {
    const { store, log } = this.#options
    const stale = store.jobs.targets('stream').filter((target) => target !== this.#target)
    for (const target of stale) {
      const { moved } = await store.moveJobs(target, () => this.#target)
      log.info({ from: target, moved }, 'notifications meant for another server are published here')
    }
  }

  async #use({ connection, manager, signal, ready, acknowledged }: Visit): Promise<void> {
    const { client, url, store, log, now } = this.#options
    ready(() => this.#attendance.list(manager))
    void connection.closed().then(() => this.#waker.wake())
    // Nobody knows for how long it was away: everything is due.
    await store.wakeJobs(this.#target, now())
    const publisher = { js: client.jetstream(connection), headers: client.headers }
    while (!signal.aborted && !connection.isClosed()) {
      const sleep = this.#waker.sleep()
      const verdicts = await this.#publishDue(publisher, connection)
      if (verdicts.length === 0 || verdicts.includes('delivered')) acknowledged()
      if (verdicts.length === 0) await sleep.until(this.#restMs())
      else sleep.cancel()
      // Perhaps somebody removed the stream.
      if (verdicts.includes('retried') && !connection.isClosed()) await ensureStream(manager, url, log)
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
    const [first] = due
    const batch = first && first.id <= this.#suspectUpTo ? [first] : due
    return Promise.all(batch.map((job) => this.#run(job, publisher, connection, batch)))
  }

  /** `null` when there was nothing to publish after all. */
  async #run(
    job: Job,
    publisher: Publisher,
    connection: NatsConnection,
    batch: readonly Job[],
  ): Promise<Verdict | null> {
    const { store, hubSecret, onDelivery, log, now } = this.#options
    const notification = store.notification(job.seq)
    const body = store.body(job.seq)
    // Removed by a person in the meantime; its jobs went with it.
    if (notification === null || body === null) return null
    const before = this.#unreached.get(job.id)
    const id = before?.deliveryId ?? store.nextDeliveryId()
    const unreached = before?.attempts ?? 0
    const begin = { id, job, target: this.#target, startedAt: now(), unreached }
    const publishing = publish(publisher, { notification, body, hubSecret }, begin)
    const begun = store.beginDelivery(publishing.pending)
    onDelivery(publishing.pending)
    const ended = await publishing.ended({
      now,
      judge: (thrown) => this.#judge(thrown, connection, batch),
    })
    const { outcome } = ended
    if (outcome.job === 'retry' && outcome.isCounted === false) {
      this.#unreached.set(job.id, { deliveryId: id, attempts: unreached + 1 })
    } else this.#unreached.delete(job.id)
    try {
      await begun
      await store.endDelivery(ended.delivery, { job, outcome: ended.outcome })
      onDelivery(ended.delivery)
      this.#membership.changed()
    } catch (thrown) {
      log.error({ reason: messageOf(thrown) }, 'end of a publication could not be written down')
      // A full disk: the same is not published again and again.
      await pause(pauseAfterFailureMs, null, { ref: false })
    }
    return ended.delivery.verdict
  }

  /** What ends the connection of several at once is found by publishing them one by one. */
  async #judge(thrown: unknown, connection: NatsConnection, batch: readonly Job[]): Promise<Failure> {
    const { url, log } = this.#options
    if (connection.isClosed()) {
      const reason = whyUnreadable(await connection.closed())
      if (reason === null) return { kind: 'unreached', error: 'the connection was lost' }
      if (batch.length === 1) {
        log.warn({ reason }, 'a notification cannot be published, and is set aside')
        return { kind: 'unpublishable', error: `the server closed the connection because of it: ${reason}` }
      }
      this.#suspectUpTo = Math.max(...batch.map(({ id }) => id))
      return { kind: 'unreached', error: `the server closed the connection: ${reason}` }
    }
    const error = explainPublication(thrown, url)
    if (isUnpublishable(thrown)) return { kind: 'unpublishable', error }
    return { kind: isUnanswered(thrown) ? 'unreached' : 'refused', error }
  }
}
