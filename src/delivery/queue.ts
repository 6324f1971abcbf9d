/** The deliveries to one target, whatever its transport: in order of capture, until each has ended for good. */

import { setTimeout as pause } from 'node:timers/promises'
import type { StreamMessage } from '../contract/stream.ts'
import type { Channel } from '../contract/vocabulary.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Job, Moved } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import { beginAttempt } from './attempt.ts'
import { DueJobs } from './due-jobs.ts'
import { longestPauseMs } from './retry.ts'
import type { Ended, Transport } from './transport.ts'

/** After a write that failed (a full disk), so that the same job is not sent again at once. */
const pauseAfterFailureMs = 5_000

/** Timers and clock drift apart a little without anybody setting the clock. */
const clockToleranceMs = 1_000

export interface QueueOptions {
  target: string
  transport: Transport
  store: Store
  /** Gets each attempt twice: when it begins, `pending`, and when it has ended. */
  publish(message: StreamMessage): void
  log: Logger
  now(): Date
}

export class Queue {
  readonly #options: QueueOptions
  readonly #due: DueJobs
  /** Jobs that are being sent, or whose end is not yet written down. */
  readonly #busy = new Set<number>()
  /** Jobs whose last attempts did not count, and how many in a row: one delivery stands for all of them. */
  readonly #uncounted = new Map<number, { deliveryId: number; attempts: number }>()
  #underWay = 0
  #closed = false
  #timer: NodeJS.Timeout | undefined
  #idle: (() => void)[] = []

  constructor(options: QueueOptions) {
    const { store, target, now } = options
    this.#options = options
    this.#due = new DueJobs({
      jobs: store.jobs,
      target,
      now,
      onDrained: (readAt) => this.#wakeAtNextDue(readAt),
    })
  }

  /** Sends what is due, as far as the transport allows. */
  pump(): void {
    while (!this.#closed && this.#underWay < this.#options.transport.capacity()) {
      const job = this.#due.next(this.#busy)
      if (job === null) return
      void this.run(job)
    }
  }

  /** Something was queued. */
  wake(): void {
    this.#due.added()
    this.pump()
  }

  /** Jobs have become due, or will at another time. */
  changed(): void {
    this.#due.changed()
    this.pump()
  }

  /** Makes all jobs due. */
  wakeAll(): void {
    const { store, target, log, now } = this.#options
    this.#due.changed()
    store
      .wakeJobs(target, now())
      .then(() => this.changed())
      .catch((thrown: unknown) => log.error({ reason: messageOf(thrown) }, 'waiting deliveries not woken'))
  }

  /** The first jobs that are due and not under way, in order of capture. */
  due(limit: number): Job[] {
    const { store, target, now } = this.#options
    return store.jobs.due(target, now(), limit, this.#busy)
  }

  isIdle(): boolean {
    return this.#busy.size === 0
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    if (!this.isIdle()) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Sends nothing more; resolves when what is being sent has ended. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.idle()
  }

  /** Makes one attempt, whatever the capacity. Resolves when its end is written down. */
  async run(job: Job): Promise<void> {
    const { store, transport, publish, log } = this.#options
    this.#busy.add(job.id)
    this.#underWay++
    const ended = await this.#send(job)
    this.#underWay--
    // The next one need not wait until the end of this one is on disk, unless this one is repeated first.
    if (!ended?.isRepeated) this.pump()
    try {
      if (ended !== null) {
        const { delivery, outcome } = ended
        await store.endDelivery(delivery, { job, outcome })
        publish({ type: 'delivery', delivery })
        if (outcome.job === 'retry') this.#due.changed()
      }
    } catch (thrown) {
      log.error({ reason: messageOf(thrown) }, 'end of a delivery could not be written down')
      await pause(pauseAfterFailureMs, null, { ref: false })
      this.#due.changed()
    }
    this.#busy.delete(job.id)
    if (this.isIdle()) for (const resolve of this.#idle.splice(0)) resolve()
    transport.ended()
    this.pump()
  }

  async #send(job: Job): Promise<Ended | null> {
    const { target, store, transport, publish, log, now } = this.#options
    const captured = store.captured(job.seq)
    const before = this.#uncounted.get(job.id)
    // Removed by a person in the meantime; its jobs went with it.
    if (captured === null) {
      this.#uncounted.delete(job.id)
      transport.forget?.(job)
      return null
    }
    const pending = beginAttempt({
      id: before?.deliveryId ?? store.nextDeliveryId(),
      seq: job.seq,
      channel: transport.channel,
      target,
      attempt: job.attempts + 1,
      replay: false,
      sign: 'original',
      startedAt: now().toISOString(),
      sent: null,
    })
    store.beginDelivery(pending).catch((thrown: unknown) => {
      log.error({ reason: messageOf(thrown) }, 'start of a delivery could not be recorded')
    })
    publish({ type: 'delivery', delivery: pending })
    const uncounted = before?.attempts ?? 0
    const ended = await transport.send({ ...captured, job, pending, uncounted })
    if (ended.outcome.job === 'retry' && ended.outcome.isCounted === false) {
      this.#uncounted.set(job.id, { deliveryId: pending.id, attempts: uncounted + 1 })
    } else this.#uncounted.delete(job.id)
    return ended
  }

  #wakeAtNextDue(readAt: Date): void {
    clearTimeout(this.#timer)
    const { store, target } = this.#options
    const nextDue = store.jobs.nextDue(target, readAt)
    if (nextDue === null) return
    const pauseMs = Math.min(longestPauseMs * 1.2, nextDue.getTime() - readAt.getTime())
    this.#timer = setTimeout(() => this.#fallDue(nextDue), pauseMs).unref()
  }

  /** The timer has waited long enough, whatever the clock says: it may have been set back. */
  #fallDue(due: Date): void {
    const now = this.#options.now()
    if (due.getTime() - now.getTime() < clockToleranceMs) return this.changed()
    this.#options.log.info({ now: now.toISOString() }, 'the clock was set back; waiting deliveries are due')
    this.wakeAll()
  }
}

/** Jobs of a channel for a target that is no longer configured move to one that is; those that none takes end. */
export async function adoptJobs(
  { store, log }: { store: Store; log: Logger },
  channel: Channel,
  configured: readonly string[],
  toTarget: (eventType: string | null) => string | null,
): Promise<Moved> {
  const sum: Moved = { moved: 0, ended: 0 }
  for (const from of store.jobs.targets(channel).filter((target) => !configured.includes(target))) {
    const { moved, ended } = await store.moveJobs(from, toTarget)
    log.info(
      { from, moved, ended },
      'deliveries that waited for another target now wait for the configured one',
    )
    sum.moved += moved
    sum.ended += ended
  }
  return sum
}
