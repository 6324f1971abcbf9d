/** The hub: the transport of publications, which leave in order of capture until the stream has them. */

import type { ShareStatus } from '../contract/status.ts'
import { adoptJobs, Queue } from '../delivery/queue.ts'
import { nextAttemptAt } from '../delivery/retry.ts'
import type { Attempt, Ended, Transport } from '../delivery/transport.ts'
import type { Job } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import { toShareTarget } from './address.ts'
import { Attendance } from './attendance.ts'
import { Membership, type MembershipOptions, type Visit } from './membership.ts'
import { toMessage } from './message.ts'
import { Publisher, type Failure } from './publish.ts'
import { ensureStream } from './stream.ts'

export interface HubOptions extends MembershipOptions {
  store: Store
  /** Tells this hub's messages from those of others; never published itself. */
  hubSecret: string
}

/** On their way at the same time; they keep their order all the same, as they share a connection. */
const mostAtOnce = 64

/** Answers of the server in 24 hours. Nothing is given up before so many: while the server was away, nothing was attempted. */
const giveUpAfterAttempts = 150

/** A connection that is ready to be used. */
interface Line extends Pick<Visit, 'manager' | 'acknowledged'> {
  publisher: Publisher
  /** Nothing is published while it is looked whether the stream is there. */
  isStreamInDoubt: boolean
  /** Ends the use of the connection. */
  fail(thrown: unknown): void
}

export class Hub implements Transport {
  readonly channel = 'stream'
  readonly #options: HubOptions
  readonly #target: string
  readonly #queue: Queue
  readonly #membership: Membership
  readonly #attendance: Attendance
  #line: Line | null = null
  /** One of the jobs up to this id made the server close the connection: they are published one by one. */
  #suspectUpTo = 0

  constructor(options: HubOptions) {
    const { url, store, now } = options
    this.#options = options
    this.#target = toShareTarget(url)
    this.#queue = new Queue({ ...options, target: this.#target, transport: this })
    this.#attendance = new Attendance(now)
    this.#membership = new Membership(options, {
      role: 'hub',
      name: null,
      lag: () => store.jobs.count(this.#target),
      use: (visit) => this.#use(visit),
    })
  }

  async start(): Promise<void> {
    // What waits for a server that is no longer configured goes to the one that is.
    await adoptJobs(this.#options, this.channel, [this.#target], () => this.#target)
    this.#membership.start()
  }

  status(): ShareStatus {
    return this.#membership.status()
  }

  /** Something was queued. */
  wake(): void {
    this.#queue.wake()
  }

  async close(): Promise<void> {
    await Promise.all([this.#membership.close(), this.#queue.close()])
  }

  capacity(): number {
    const line = this.#line
    if (line === null || line.isStreamInDoubt || !line.publisher.isOpen) return 0
    return this.#suspectUpTo > 0 ? 1 : mostAtOnce
  }

  async send({ job, notification, body, pending, uncounted }: Attempt): Promise<Ended> {
    const { hubSecret, now } = this.#options
    if (job.id > this.#suspectUpTo) this.#suspectUpTo = 0
    const began = performance.now()
    const line = this.#line
    const result = (await line?.publisher.publish(toMessage(notification, body, hubSecret))) ?? noLine
    if (line?.publisher.isOpen) line.acknowledged()
    const ended = { ...pending, durationMs: Math.round((performance.now() - began) * 100) / 100 }
    if (!('kind' in result)) {
      const { stream, seq, duplicate } = result
      const responseBody = JSON.stringify({ stream, seq, duplicate })
      return { delivery: { ...ended, responseBody, verdict: 'delivered' }, outcome: { job: 'done' } }
    }
    const { kind, error } = result
    if (kind === 'suspect') this.#suspectUpTo = Math.max(this.#suspectUpTo, job.id)
    const nextAt = nextTimeOf(kind, job, uncounted, now())
    if (nextAt === null) {
      return { delivery: { ...ended, error, verdict: 'dropped' }, outcome: { job: 'done' } }
    }
    if (line) this.#lookAtStream(line)
    return {
      delivery: { ...ended, error, verdict: 'retried', nextAttemptAt: nextAt.toISOString() },
      outcome: { job: 'retry', nextAt, isCounted: kind === 'refused' },
    }
  }

  ended(): void {
    this.#membership.changed()
  }

  async #use({ connection, manager, signal, ready, acknowledged }: Visit): Promise<void> {
    const { store, now } = this.#options
    ready(() => this.#attendance.list(manager))
    // The server may have been away for long, so all deliveries are due.
    await store.wakeJobs(this.#target, now())
    if (store.jobs.count(this.#target) === 0) acknowledged()
    let stop = () => {}
    let fail: Line['fail'] = () => {}
    const end = new Promise<void>((resolve, reject) => {
      stop = resolve
      fail = reject
    })
    void connection.closed().then(stop)
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    const publisher = new Publisher({ ...this.#options, connection })
    this.#line = { manager, acknowledged, publisher, isStreamInDoubt: false, fail }
    this.#queue.changed()
    try {
      await end
    } finally {
      signal.removeEventListener('abort', stop)
      this.#line = null
      await this.#queue.idle()
    }
  }

  /** The stream may have been removed. */
  #lookAtStream(line: Line): void {
    const { url, log } = this.#options
    if (line.isStreamInDoubt || !line.publisher.isOpen) return
    line.isStreamInDoubt = true
    ensureStream(line.manager, url, log).then(() => {
      line.isStreamInDoubt = false
      this.#queue.pump()
    }, line.fail)
  }
}

const noLine: Failure = { kind: 'unreached', error: 'there is no connection to the server' }

/** `null`: the notification is set aside. */
function nextTimeOf(kind: Failure['kind'], job: Job, uncounted: number, now: Date): Date | null {
  if (kind === 'unpublishable') return null
  const mayEnd = kind === 'refused' && job.attempts >= giveUpAfterAttempts
  const failures = { count: job.attempts + uncounted + 1, since: mayEnd ? job.createdAt : now }
  return nextAttemptAt(failures, now, 0)
}
