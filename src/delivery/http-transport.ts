/** Deliveries to one app over HTTP: what an answer means for the notification, and what for the app. */

import type { Cause } from '../contract/notification.ts'
import type { TargetStatus } from '../contract/status.ts'
import type { StreamMessage } from '../contract/stream.ts'
import { judgeAnswer } from '../fic/answers.ts'
import { findCause, isTargetAtFault } from '../http/causes.ts'
import { tryToConnect, type ConnectFailure } from '../http/connect.ts'
import type { ExchangeRequest } from '../http/exchange.ts'
import { replacesToken } from '../http/headers.ts'
import type { Logger } from '../log.ts'
import type { Job } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import { endAttempt } from './attempt.ts'
import { Hold, mostCandidates } from './hold.ts'
import { Queue } from './queue.ts'
import { toDeliveryHeaders } from './request.ts'
import { nextAttemptAt, type Failures } from './retry.ts'
import type { Sender, SendResult } from './send.ts'
import type { Attempt, Ended, Transport } from './transport.ts'

/** Between tries while the target is at fault. */
export const usualPauseMs = 1_000

const connectOptions = { timeoutMs: 3_000, stableMs: 100 }
/** A target that closes every connection at once may still answer a request. */
const mostLooks = 10

/** Captures in a rush make no rush of tries: this part of a pause is kept. */
const keptPause = 1 / 3

export interface HttpTransportOptions {
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
  publish(message: StreamMessage): void
  log: Logger
  now(): Date
}

/** What becomes of a notification after an attempt. */
type Decision = Omit<Ended, 'delivery'> & { nextAttemptAt: Date | null }

export class HttpTransport implements Transport {
  readonly channel = 'app'
  readonly #options: HttpTransportOptions
  readonly #queue: Queue
  /** Those on which the app failed, by job: their next attempts come later and later. */
  readonly #failures = new Map<number, Failures>()
  /** Those that probably make the app crash, by job: they no longer hold the others. */
  readonly #suspects = new Map<number, { seq: number }>()
  /** While the target is at fault. */
  #hold: Hold | null = null
  #isTrying = false
  /** The job of the attempt that is made while the target is at fault. */
  #tried: number | null = null
  #looks = 0
  #triedAtMs = 0
  #tryTimer: NodeJS.Timeout | undefined
  #health: TargetStatus['health'] = 'unknown'
  #cause: Cause | null = null
  #last: Pick<TargetStatus, 'lastVerdict' | 'lastStatus'> = { lastVerdict: null, lastStatus: null }
  #reason = ''
  #paused = false
  /** Other deliveries are about to join, and must come first. */
  #suspended = false
  readonly #abort = new AbortController()
  #closed = false
  #since: Date

  constructor(options: HttpTransportOptions) {
    this.#options = options
    this.#since = options.now()
    this.#queue = new Queue({ ...options, target: options.url, transport: this })
    void this.#lookAtStart()
  }

  status(): TargetStatus {
    const { url, store } = this.#options
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

  /** Something was queued. */
  wake(): void {
    this.#queue.wake()
    if (this.#hold) {
      this.#tryIn(Math.max(0, this.#options.pauseMs * keptPause - (performance.now() - this.#triedAtMs)))
    }
  }

  pause(paused: boolean): void {
    this.#paused = paused
    this.#tell()
    this.#queue.pump()
    if (this.#hold) this.#tryIn(0)
  }

  get url(): string {
    return this.#options.url
  }

  /** Starts no attempt until `resume`. */
  suspend(): void {
    this.#suspended = true
  }

  /** @param hasJoined whether deliveries of another target wait for this one now */
  resume({ hasJoined }: { hasJoined: boolean }): void {
    this.#suspended = false
    if (this.#hold) this.#tryIn(0)
    else if (hasJoined) this.#queue.wakeAll()
    else this.#queue.changed()
  }

  /** Aborts the attempts under way; each is repeated when its job is due again. */
  abort(reason: string): void {
    this.#abort.abort(reason)
  }

  /** Sends nothing more; resolves when what is being sent has ended. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#tryTimer)
    await this.#queue.close()
  }

  capacity(): number {
    return this.#paused || this.#suspended || this.#hold ? 0 : this.#options.concurrency
  }

  async send(attempt: Attempt): Promise<Ended> {
    const { job, notification, pending } = attempt
    const { headersFor, sender, timeoutMs } = this.#options
    const configured = headersFor(notification.eventType)
    const request = this.#requestFor(attempt, configured)
    // A kept connection may be the reason for the failure of the first attempt.
    const isFresh = pending.attempt > 1 || job.id === this.#tried
    const result = await sender.send(request, { timeoutMs, isFresh, signal: this.#abort.signal })
    const { nextAttemptAt, ...decision } = this.#end(job, result)
    const hasOwnAuthorization = replacesToken(configured)
    return { ...decision, delivery: endAttempt(pending, result, { nextAttemptAt, hasOwnAuthorization }) }
  }

  ended(): void {
    if (this.#hold) this.#tryIn(this.#hold.triesNext() ? 0 : this.#hold.pauseMs(this.#options.now()))
  }

  forget({ id }: Pick<Job, 'id'>): void {
    this.#failures.delete(id)
    this.#suspects.delete(id)
  }

  #requestFor({ notification, body, pending }: Attempt, headers: Record<string, string>): ExchangeRequest {
    const { url, sinkUrl } = this.#options
    const addition = { sinkUrl: sinkUrl(), attempt: pending.attempt, replay: false, headers }
    return {
      method: notification.method,
      url: new URL(url),
      headers: toDeliveryHeaders(notification, addition),
      body,
    }
  }

  #end(job: Job, result: SendResult): Decision {
    const now = this.#options.now()
    if (result.isStale) return { ...again(now), isRepeated: true }
    const isSame = this.#isSameVerdict(result)
    const decision = this.#decide(job, result)
    if (!isSame) this.#tell()
    return decision
  }

  /** Keeps the verdict of this attempt. An attempt that fic-dev aborted has none. */
  #isSameVerdict({ status, errorCode }: SendResult): boolean {
    if (errorCode === 'ABORTED') return true
    const { lastVerdict } = this.#last
    this.#last = { lastVerdict: judgeAnswer(status), lastStatus: status }
    return lastVerdict === null || lastVerdict === this.#last.lastVerdict
  }

  #decide(job: Job, result: SendResult): Decision {
    const now = this.#options.now()
    const isHeld = isTargetAtFault(result) && !(this.#suspects.has(job.id) && result.wasSent)
    if (isHeld) {
      const hold = this.#holdBack(result)
      if (job.id === this.#tried) hold.failed(job.id, result.wasSent)
      // It stays due, and so in its place: the failure was not its own.
      return { ...again(job.createdAt), nextAttemptAt: new Date(now.getTime() + hold.pauseMs(now)) }
    }
    if (result.status !== null && !isTargetAtFault(result)) this.#release(job)
    // fic-dev itself ended it.
    if (result.errorCode === 'ABORTED') return { ...again(job.createdAt), nextAttemptAt: now }
    const isRetried = judgeAnswer(result.status) === 'retried' && result.errorCode !== 'UNSENDABLE'
    const nextAt = isRetried ? this.#backOff(job, now) : null
    if (nextAt !== null) return again(nextAt)
    this.forget(job)
    return { outcome: { job: 'done' }, nextAttemptAt: null }
  }

  #backOff(job: Job, now: Date): Date | null {
    const { count, since } = this.#failures.get(job.id) ?? { count: 0, since: now }
    const failures = { count: count + 1, since }
    this.#failures.set(job.id, failures)
    return nextAttemptAt(failures, now, Math.random())
  }

  /** Whether anything listens, before there is something to send. */
  async #lookAtStart(): Promise<void> {
    const failure = await tryToConnect(new URL(this.#options.url), connectOptions)
    if (this.#closed) return
    // What an earlier run left for later is tried now: the app may be another by now, or the clock.
    if (failure === null) return this.#queue.wakeAll()
    if (this.#health !== 'unknown') return
    this.#holdBack(toResult(failure))
    this.#tryIn(this.#options.pauseMs)
  }

  /** The target is at fault: from now on, one at a time is tried. */
  #holdBack(result: Pick<SendResult, 'status' | 'error' | 'errorCode' | 'headers' | 'body'>): Hold {
    this.#hold ??= new Hold(this.#options.now(), this.#options.pauseMs)
    const cause = findCause({ ...result, url: this.#options.url, sign: 'original' }, false)
    const isAnother = this.#health === 'unreachable' && cause?.code !== this.#cause?.code
    this.#cause = cause
    this.#reason = result.error ?? `it answered ${result.status}`
    if (isAnother) this.#tell()
    this.#setHealth('unreachable')
    return this.#hold
  }

  /** The target answered. An attempt that began before the fault says nothing about now. */
  #release({ id }: Job): void {
    if (this.#hold && id !== this.#tried) return
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
    this.#queue.changed()
    // Those that a person removed meanwhile.
    for (const [id, { seq }] of this.#suspects)
      if (this.#options.store.body(seq) === null) this.forget({ id })
    // An app that was started again may have been repaired. One that crashed was only started again.
    if (this.#suspects.size === 0) this.#queue.wakeAll()
  }

  #setHealth(health: TargetStatus['health']): void {
    if (health === this.#health || this.#closed) return
    this.#health = health
    this.#since = this.#options.now()
    this.#tell()
  }

  #tell(): void {
    if (!this.#closed) this.#options.publish({ type: 'target', target: this.status() })
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
    const failure = await tryToConnect(new URL(this.#options.url), connectOptions)
    if (!this.#closed && !this.#paused && !this.#suspended) await this.#tryAfter(failure)
    this.#isTrying = false
  }

  async #tryAfter(failure: ConnectFailure | null): Promise<void> {
    const hold = this.#hold
    if (hold === null) return
    if (failure !== null && (failure.code !== 'CLOSED' || ++this.#looks % mostLooks !== 0)) {
      this.#holdBack(toResult(failure))
      return this.#tryIn(this.#options.pauseMs)
    }
    const job = hold.choose(this.#queue.due(mostCandidates))
    if (job !== null) {
      this.#tried = job.id
      await this.#queue.run(job)
      this.#tried = null
    } else if (this.#queue.isIdle()) {
      // Nothing is left that could show whether it works.
      this.#endHold('unknown')
    }
  }
}

function toResult({ code, reason }: ConnectFailure) {
  return { status: null, error: reason, errorCode: code, headers: [], body: null }
}

function again(nextAt: Date): Decision {
  return { outcome: { job: 'retry', nextAt }, nextAttemptAt: nextAt }
}
