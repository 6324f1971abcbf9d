/** The deliveries to one target: in order of capture, a few at a time, until each is answered for good. */

import type { Delivery, Notification } from '../contract/notification.ts'
import type { TargetStatus } from '../contract/status.ts'
import { messageOf } from '../errors.ts'
import { judgeAnswer } from '../fic/answers.ts'
import type { Logger } from '../log.ts'
import type { Job } from '../store/jobs.ts'
import type { JobOutcome, Store } from '../store/store.ts'
import { beginAttempt, endAttempt } from './attempt.ts'
import { DueJobs } from './due-jobs.ts'
import { watchHealth, type HealthWatch } from './health.ts'
import { toDeliveryHeaders } from './request.ts'
import { longestPauseMs, nextAttemptAt } from './retry.ts'
import type { Sender, SendResult } from './send.ts'

/** After a write that failed (a full disk), so that the same job is not sent again at once. */
const pauseAfterFailureMs = 5_000

/** Timers and clock drift apart a little without anybody setting the clock. */
const clockToleranceMs = 1_000

export interface QueueParts {
  url: string
  /** The configured headers of a delivery of this type. */
  headersFor(eventType: string | null): Record<string, string>
  store: Store
  sender: Sender
  concurrency: number
  /** For each attempt; 0 for no limit. */
  timeoutMs: number
  sinkUrl(): URL | null
  onDelivery(delivery: Delivery): void
  onTarget(status: TargetStatus): void
  log: Logger
  now(): Date
}

interface Ended {
  delivery: Delivery
  outcome: JobOutcome
  /** The next attempt follows at once, before any other notification. */
  isRepeated: boolean
}

export class TargetQueue {
  readonly #parts: QueueParts
  readonly #health: HealthWatch
  readonly #due: DueJobs
  /** Jobs that are being sent, or whose end is not yet written down. */
  readonly #busy = new Set<number>()
  #sending = 0
  #paused = false
  #closed = false
  #since: Date
  #timer: NodeJS.Timeout | undefined
  #idle: (() => void)[] = []

  constructor(parts: QueueParts) {
    this.#parts = parts
    this.#since = parts.now()
    this.#health = watchHealth(new URL(parts.url), (health) => this.#healthChanged(health))
    this.#due = new DueJobs({
      jobs: parts.store.jobs,
      target: parts.url,
      now: parts.now,
      onDrained: (readAt) => this.#wakeAtNextDue(readAt),
    })
  }

  status(): TargetStatus {
    const { url, store } = this.#parts
    const health = this.#health.health()
    const reason = this.#health.reason()
    return {
      url,
      health,
      since: this.#since.toISOString(),
      detail: reason === null ? null : `${reason}; deliveries wait`,
      waiting: store.jobs.count(url),
      paused: this.#paused,
    }
  }

  /** Sends what is due, as far as the target and the concurrency allow. */
  pump(): void {
    if (this.#closed || this.#paused || this.#health.health() === 'unreachable') return
    while (this.#sending < this.#parts.concurrency) {
      const job = this.#due.next(this.#busy)
      if (job === null) return
      void this.#run(job)
    }
  }

  /** Something was queued. */
  wake(): void {
    this.#due.added()
    this.pump()
  }

  pause(paused: boolean): void {
    this.#paused = paused
    this.#parts.onTarget(this.status())
    this.pump()
  }

  /** Sends nothing more; resolves when what is being sent has ended. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#health.close()
    if (this.#busy.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  async #run(job: Job): Promise<void> {
    this.#busy.add(job.id)
    this.#sending++
    const ended = await this.#send(job)
    this.#sending--
    // The next one need not wait until the end of this one is on disk, unless this one is repeated first.
    if (!ended?.isRepeated) this.pump()
    try {
      if (ended) {
        await this.#parts.store.endDelivery(ended.delivery, { job, outcome: ended.outcome })
        this.#parts.onDelivery(ended.delivery)
        if (ended.outcome.job === 'retry') this.#due.changed()
      }
    } catch (thrown) {
      this.#parts.log.error({ reason: messageOf(thrown) }, 'end of a delivery could not be written down')
      await new Promise((resolve) => setTimeout(resolve, pauseAfterFailureMs).unref())
      this.#due.changed()
    }
    this.#busy.delete(job.id)
    if (this.#busy.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
    this.pump()
  }

  async #send(job: Job): Promise<Ended | null> {
    const { store, sender, onDelivery, log } = this.#parts
    const captured = store.captured(job.seq)
    // Removed by a person in the meantime; its jobs went with it.
    if (captured === null) return null
    const { notification, body } = captured
    const pending = this.#begin(job)
    store.beginDelivery(pending).catch((thrown: unknown) => {
      log.error({ reason: messageOf(thrown) }, 'begin of a delivery could not be written down')
    })
    onDelivery(pending)
    const request = this.#requestFor(notification, body, pending.attempt)
    // A kept connection may be the reason for the failure of the first attempt.
    const options = { timeoutMs: this.#parts.timeoutMs, isFresh: pending.attempt > 1 }
    const result = await sender.send(request, options)
    this.#learn(result)
    return this.#end(job, pending, result)
  }

  #begin(job: Job): Delivery {
    const { store, url, now } = this.#parts
    return beginAttempt({
      id: store.nextDeliveryId(),
      seq: job.seq,
      target: url,
      attempt: job.attempts + 1,
      replay: false,
      sign: 'original',
      startedAt: now().toISOString(),
      sent: null,
    })
  }

  #requestFor(notification: Notification, body: Buffer, attempt: number) {
    const { url, headersFor, sinkUrl } = this.#parts
    const headers = headersFor(notification.eventType)
    const addition = { sinkUrl: sinkUrl(), attempt, replay: false, headers }
    return {
      method: notification.method,
      url: new URL(url),
      headers: toDeliveryHeaders(notification, addition),
      body,
    }
  }

  #end(job: Job, pending: Delivery, result: SendResult): Ended {
    const now = this.#parts.now()
    // While nobody listens everything waits, however long: the one that found that out must not be the one to be lost.
    const triedSince = result.refused ? now : job.createdAt
    const isRetried = judgeAnswer(result.status) === 'retried' && !result.isUnsendable
    const backOff = () => nextAttemptAt(pending.attempt, triedSince, now, Math.random())
    const nextAt = result.isStale ? now : isRetried ? backOff() : null
    return {
      delivery: endAttempt(pending, result, nextAt),
      outcome: nextAt === null ? { job: 'done' } : { job: 'retry', nextAt },
      isRepeated: result.isStale,
    }
  }

  #learn(result: SendResult): void {
    if (result.refused) this.#health.suspect()
    else if (result.status !== null) this.#health.confirm()
  }

  #healthChanged(health: TargetStatus['health']): void {
    const { onTarget, now } = this.#parts
    this.#since = now()
    onTarget(this.status())
    if (health === 'healthy') this.#wakeAll()
  }

  #wakeAll(): void {
    const { store, url, log, now } = this.#parts
    store
      .wakeJobs(url, now())
      .then(() => this.#renew())
      .catch((thrown: unknown) => log.error({ reason: messageOf(thrown) }, 'waiting deliveries not woken'))
  }

  #renew(): void {
    this.#due.changed()
    this.pump()
  }

  #wakeAtNextDue(readAt: Date): void {
    clearTimeout(this.#timer)
    const nextDue = this.#parts.store.jobs.nextDue(this.#parts.url, readAt)
    if (nextDue === null) return
    const pauseMs = Math.min(longestPauseMs * 1.2, nextDue.getTime() - readAt.getTime())
    this.#timer = setTimeout(() => this.#fallDue(nextDue), pauseMs).unref()
  }

  /** The timer has waited long enough, whatever the clock says: it may have been set back. */
  #fallDue(due: Date): void {
    const now = this.#parts.now()
    if (due.getTime() - now.getTime() < clockToleranceMs) return this.#renew()
    this.#parts.log.info({ now: now.toISOString() }, 'the clock was set back; waiting deliveries are due')
    this.#wakeAll()
  }
}
