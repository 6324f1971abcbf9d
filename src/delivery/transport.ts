/** What a queue needs of the way that its deliveries leave: how a job is sent, and what follows from the outcome. */

import type { Delivery, Notification } from '../contract/notification.ts'
import type { Channel } from '../contract/vocabulary.ts'
import type { Job } from '../store/jobs.ts'
import type { JobOutcome } from '../store/store.ts'

export interface Attempt {
  job: Job
  notification: Notification
  /** The raw bytes. */
  body: Buffer
  /** The attempt as it is written down when it begins. */
  pending: Delivery
  /** Attempts at this job in a row, just before, that did not count. */
  uncounted: number
}

export interface Ended {
  /** The attempt with its outcome. */
  delivery: Delivery
  outcome: JobOutcome
  /** The next attempt follows at once, before any other notification. */
  isRepeated?: boolean
}

export interface Transport {
  readonly channel: Channel
  /** How many attempts may be under way at present. */
  capacity(): number
  /** Sends before it returns, so that attempts keep the order of the calls. Never rejects. */
  send(attempt: Attempt): Promise<Ended>
  /** Called when an attempt has ended, after its outcome was written down. */
  ended(): void
  /** Called if the notification of a job that is due was removed. */
  forget?(job: Job): void
}
