/** The deliveries to one target: in order of capture, a few at a time, until each is answered for good. */

import type { Cause, Delivery, Notification } from '../contract/notification.ts'
import type { TargetStatus } from '../contract/status.ts'
import { messageOf } from '../errors.ts'
import { judgeAnswer } from '../fic/answers.ts'
import { findCause, isTargetAtFault } from '../http/causes.ts'
import { tryToConnect, type ConnectFailure } from '../http/connect.ts'
import { replacesToken } from '../http/headers.ts'
import type { Logger } from '../log.ts'
import type { Job } from '../store/jobs.ts'
import type { JobOutcome, Store } from '../store/store.ts'
import { beginAttempt, endAttempt } from './attempt.ts'
import { DueJobs } from './due-jobs.ts'
import { Hold, mostCandidates } from './hold.ts'
import { toDeliveryHeaders } from './request.ts'
import { longestPauseMs, nextAttemptAt, type Failures } from './retry.ts'
import type { Sender, SendResult } from './send.ts'

/** After a write that failed (a full disk), so that the same job is not sent again at once. */
const pauseAfterFailureMs = 5_000

/** Between tries while the target is at fault. */
export const usualPauseMs = 1_000

const connectOptions = { timeoutMs: 3_000, stableMs: 100 }
/** A target that closes every connection at once may still answer a request. */
const mostLooks = 10

/** Captures in a rush make no rush of tries: this part of a pause is kept. */
const keptPause = 1 / 3

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
  /** Between tries while the target is at fault; `usualPauseMs` but in tests. */
  pauseMs: number
  sinkUrl(): URL | null
  onDelivery(delivery: Delivery): void
  onTarget(status: TargetStatus): void
  log: Logger
  now(): Date
}

/** What becomes of a notification after an attempt. */
interface Decision {
  outcome: JobOutcome
  nextAttemptAt: Date | null
  /** The next attempt follows at once, before any other notification. */
  isRepeated: boolean
}

interface Ended extends Decision {
  delivery: Delivery
}

/** What an attempt was for: the queue as usual, or a try while the target is at fault. */
type Turn = 'usual' | 'try'

export class TargetQueue {
  readonly #parts: QueueParts
  readonly #due: DueJobs
  /** Jobs that are being sent, or whose end is not yet written down. */
  readonly #busy = new Set<number>()
  /** Those on which the app failed, by job: their next attempts come later and later. */
  readonly #failures = new Map<number, Failures>()
  /** Those that probably make the app crash, by job: they no longer hold the others. */
  readonly #suspects = new Map<number, { seq: number }>()
  /** While the target is at fault. */
  #hold: Hold | null = null
  #isTrying = false
  #looks = 0
  #triedAtMs = 0
  #tryTimer: NodeJS.Timeout | undefined
  #health: TargetStatus['health'] = 'unknown'
  #cause: Cause | null = null
  #last: Pick<TargetStatus, 'lastVerdict' | 'lastStatus'> = { lastVerdict: null, lastStatus: null }
  #reason = ''
  #sending = 0
  #paused = false
  /** Other deliveries are about to join, and must come first. */
  #suspended = false
  readonly #abort = new AbortController()
  #closed = false
  #since: Date
  #timer: NodeJS.Timeout | undefined
  #idle: (() => void)[] = []

  constructor(parts: QueueParts) {
    this.#parts = parts
    this.#since = parts.now()
    this.#due = new DueJobs({
      jobs: parts.store.jobs,
      target: parts.url,
      now: parts.now,
      onDrained: (readAt) => this.#wakeAtNextDue(readAt),
    })
    void this.#lookAtStart()
  }

  status(): TargetStatus {
    const { url, store } = this.#parts
    const isUnreachable = this.#health === 'unreachable'
    return {
      url,
      health: this.#health,
      since: this.#since.toISOString(),
      detail: isUnreachable ? `${this.#reason}; deliveries wait` : null,
      cause: isUnreachable ? this.#cause : null,
      ...this.#last,
      waiting: store.jobs.count(url),
      paused: this.#paused,
    }
  }

  /** Sends what is due, as far as the target and the concurrency allow. */
  pump(): void {
    if (this.#closed || this.#paused || this.#suspended || this.#hold) return
    while (this.#sending < this.#parts.concurrency) {
      const job = this.#due.next(this.#busy)
      if (job === null) return
      void this.#run(job, 'usual')
    }
  }

  /** Something was queued. */
  wake(): void {
    this.#due.added()
    if (this.#hold)
      this.#tryIn(Math.max(0, this.#parts.pauseMs * keptPause - (performance.now() - this.#triedAtMs)))
    else this.pump()
  }

  pause(paused: boolean): void {
    this.#paused = paused
    this.#parts.onTarget(this.status())
    if (this.#hold) this.#tryIn(0)
    else this.pump()
  }

  get url(): string {
    return this.#parts.url
  }

  /** Starts no attempt until `resume`. */
  suspend(): void {
    this.#suspended = true
  }

  /** @param hasJoined whether deliveries of another target wait for this one now */
  resume({ hasJoined }: { hasJoined: boolean }): void {
    this.#suspended = false
    this.#due.changed()
    if (this.#hold) this.#tryIn(0)
    else if (hasJoined) this.#wakeAll()
    else this.pump()
  }

  /** Aborts the attempts under way; each is repeated when its job is due again. */
  abort(reason: string): void {
    this.#abort.abort(reason)
  }

  /** Sends nothing more; resolves when what is being sent has ended. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#tryTimer)
    if (this.#busy.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  async #run(job: Job, turn: Turn): Promise<void> {
    this.#busy.add(job.id)
    this.#sending++
    const ended = await this.#send(job, turn)
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
    if (turn === 'try') this.#isTrying = false
    if (this.#busy.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
    if (this.#hold) this.#tryIn(this.#hold.triesNext() ? 0 : this.#hold.pauseMs(this.#parts.now()))
    else this.pump()
  }

  async #send(job: Job, turn: Turn): Promise<Ended | null> {
    const { store, sender, onDelivery, log } = this.#parts
    const captured = store.captured(job.seq)
    // Removed by a person in the meantime; its jobs went with it.
    if (captured === null) {
      this.#forget(job.id)
      return null
    }
    const { notification, body } = captured
    const pending = this.#begin(job)
    store.beginDelivery(pending).catch((thrown: unknown) => {
      log.error({ reason: messageOf(thrown) }, 'start of a delivery could not be recorded')
    })
    onDelivery(pending)
    const configured = this.#parts.headersFor(notification.eventType)
    const request = this.#requestFor(notification, body, pending.attempt, configured)
    // A kept connection may be the reason for the failure of the first attempt.
    const isFresh = pending.attempt > 1 || turn !== 'usual'
    const options = { timeoutMs: this.#parts.timeoutMs, isFresh, signal: this.#abort.signal }
    const result = await sender.send(request, options)
    const ended = this.#end(job, result, turn)
    const hasOwnAuthorization = replacesToken(configured)
    const { nextAttemptAt } = ended
    return { ...ended, delivery: endAttempt(pending, result, { nextAttemptAt, hasOwnAuthorization }) }
  }

  #begin(job: Job): Delivery {
    const { store, url, now } = this.#parts
    return beginAttempt({
      id: store.nextDeliveryId(),
      seq: job.seq,
      channel: 'app',
      target: url,
      attempt: job.attempts + 1,
      replay: false,
      sign: 'original',
      startedAt: now().toISOString(),
      sent: null,
    })
  }

  #requestFor(notification: Notification, body: Buffer, attempt: number, headers: Record<string, string>) {
    const { url, sinkUrl } = this.#parts
    const addition = { sinkUrl: sinkUrl(), attempt, replay: false, headers }
    return {
      method: notification.method,
      url: new URL(url),
      headers: toDeliveryHeaders(notification, addition),
      body,
    }
  }

  #end(job: Job, result: SendResult, turn: Turn): Decision {
    const now = this.#parts.now()
    if (result.isStale) return { ...again(now), isRepeated: true }
    const isSame = this.#isSameVerdict(result)
    const decision = this.#decide(job, result, turn)
    if (!isSame && !this.#closed) this.#parts.onTarget(this.status())
    return decision
  }

  /** Keeps the verdict of this attempt. An attempt that fic-dev aborted has none. */
  #isSameVerdict({ status, errorCode }: SendResult): boolean {
    if (errorCode === 'ABORTED') return true
    const { lastVerdict } = this.#last
    this.#last = { lastVerdict: judgeAnswer(status), lastStatus: status }
    return lastVerdict === null || lastVerdict === this.#last.lastVerdict
  }

  #decide(job: Job, result: SendResult, turn: Turn): Decision {
    const now = this.#parts.now()
    const isHeld = isTargetAtFault(result) && !(this.#suspects.has(job.id) && result.wasSent)
    if (isHeld) {
      const hold = this.#holdBack(result)
      if (turn !== 'usual') hold.failed(job.id, result.wasSent)
      // It stays due, and so in its place: the failure was not its own.
      return { ...again(job.createdAt), nextAttemptAt: new Date(now.getTime() + hold.pauseMs(now)) }
    }
    if (result.status !== null && !isTargetAtFault(result)) this.#release(job, turn)
    // fic-dev itself ended it.
    if (result.errorCode === 'ABORTED') return { ...again(job.createdAt), nextAttemptAt: now }
    const isRetried = judgeAnswer(result.status) === 'retried' && result.errorCode !== 'UNSENDABLE'
    const nextAt = isRetried ? this.#backOff(job, now) : null
    if (nextAt !== null) return again(nextAt)
    this.#forget(job.id)
    return { outcome: { job: 'done' }, nextAttemptAt: null, isRepeated: false }
  }

  #backOff(job: Job, now: Date): Date | null {
    const { count, since } = this.#failures.get(job.id) ?? { count: 0, since: now }
    const failures = { count: count + 1, since }
    this.#failures.set(job.id, failures)
    return nextAttemptAt(failures, now, Math.random())
  }

  #forget(id: number): void {
    this.#failures.delete(id)
    this.#suspects.delete(id)
  }

  /** Whether anything listens, before there is something to send. */
  async #lookAtStart(): Promise<void> {
    const failure = await tryToConnect(new URL(this.#parts.url), connectOptions)
    if (this.#closed) return
    // What an earlier run left for later is tried now: the app may be another by now, or the clock.
    if (failure === null) return this.#wakeAll()
    if (this.#health !== 'unknown') return
    this.#holdBack(toResult(failure))
    this.#tryIn(this.#parts.pauseMs)
  }

  /** The target is at fault: from now on, one at a time is tried. */
  #holdBack(result: Pick<SendResult, 'status' | 'error' | 'errorCode' | 'headers' | 'body'>): Hold {
    this.#hold ??= new Hold(this.#parts.now(), this.#parts.pauseMs)
    const cause = findCause({ ...result, url: this.#parts.url, sign: 'original' }, false)
    const isAnother = this.#health === 'unreachable' && cause?.code !== this.#cause?.code
    this.#cause = cause
    this.#reason = result.error ?? `it answered ${result.status}`
    if (isAnother && !this.#closed) this.#parts.onTarget(this.status())
    this.#setHealth('unreachable')
    return this.#hold
  }

  /** The target answered. An attempt that began before the fault says nothing about now. */
  #release({ id }: Job, turn: Turn): void {
    if (this.#hold && turn === 'usual') return
    for (const job of this.#hold?.failedBefore(id) ?? []) this.#suspects.set(job.id, job)
    this.#endHold('healthy')
  }

  #endHold(health: TargetStatus['health']): void {
    const wasHeld = this.#hold !== null
    this.#hold = null
    this.#looks = 0
    clearTimeout(this.#tryTimer)
    this.#setHealth(health)
    if (!wasHeld) return
    this.#due.changed()
    // Those that a person removed meanwhile.
    for (const [id, { seq }] of this.#suspects) if (this.#parts.store.body(seq) === null) this.#forget(id)
    // An app that was started again may have been repaired. One that crashed was only started again.
    if (this.#suspects.size === 0) this.#wakeAll()
  }

  #setHealth(health: TargetStatus['health']): void {
    if (health === this.#health || this.#closed) return
    this.#health = health
    this.#since = this.#parts.now()
    this.#parts.onTarget(this.status())
  }

  #tryIn(ms: number): void {
    clearTimeout(this.#tryTimer)
    if (this.#closed) return
    this.#tryTimer = setTimeout(() => void this.#try(), ms).unref()
  }

  /** Makes one attempt if the target accepts a connection. */
  async #try(): Promise<void> {
    if (this.#isTrying || this.#paused || this.#suspended || this.#hold === null) return
    this.#isTrying = true
    this.#triedAtMs = performance.now()
    const failure = await tryToConnect(new URL(this.#parts.url), connectOptions)
    if (this.#closed || this.#paused || this.#suspended) this.#isTrying = false
    else await this.#tryAfter(failure)
  }

  async #tryAfter(failure: ConnectFailure | null): Promise<void> {
    this.#isTrying = false
    const hold = this.#hold
    if (hold === null) return
    if (failure !== null && (failure.code !== 'CLOSED' || ++this.#looks % mostLooks !== 0)) {
      this.#holdBack(toResult(failure))
      return this.#tryIn(this.#parts.pauseMs)
    }
    const { store, url, now } = this.#parts
    const job = hold.choose(store.jobs.due(url, now(), mostCandidates, this.#busy))
    if (job !== null) {
      this.#isTrying = true
      await this.#run(job, 'try')
    } else if (this.#busy.size === 0) {
      // Nothing is left that could show whether it works.
      this.#endHold('unknown')
    }
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

function toResult({ code, reason }: ConnectFailure) {
  return { status: null, error: reason, errorCode: code, headers: [], body: null }
}

function again(nextAt: Date): Decision {
  return { outcome: { job: 'retry', nextAt }, nextAttemptAt: nextAt, isRepeated: false }
}
