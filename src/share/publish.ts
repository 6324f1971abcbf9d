/** One attempt to publish a notification, written down as a delivery. */

import type { JetStreamClient } from '@nats-io/jetstream'
import type { Delivery, Notification } from '../contract/notification.ts'
import type { Job } from '../store/jobs.ts'
import type { JobOutcome } from '../store/store.ts'
import type { NatsClient } from './client.ts'
import { isTooLarge } from './explain.ts'
import { toMessage } from './message.ts'

export interface Publisher {
  js: JetStreamClient
  headers: NatsClient['headers']
}

export interface Published {
  delivery: Delivery
  outcome: JobOutcome
}

export interface Publishing {
  /** The attempt without an answer. */
  pending: Delivery
  /** What became of it and of its job. Never rejects. */
  ended(of: { now(): Date; explain(thrown: unknown): string }): Promise<Published>
}

const ackTimeoutMs = 5_000
const longestPauseMs = 10 * 60_000
/** As with any target, nothing is given up before that. */
const giveUpAfterMs = 24 * 60 * 60_000

/** The message is on its way when this returns, so that messages keep the order of the calls. */
export function publish(
  { js, headers }: Publisher,
  what: { notification: Notification; body: Buffer; hubSecret: string },
  { id, job, target, startedAt }: { id: number; job: Job; target: string; startedAt: Date },
): Publishing {
  const began = performance.now()
  const message = toMessage(what.notification, what.body, what.hubSecret)
  const natsHeaders = headers()
  for (const [name, value] of message.headers) natsHeaders.append(name, value)
  const options = { msgID: message.id, headers: natsHeaders, timeout: ackTimeoutMs }
  const acked = (async () => js.publish(message.subject, message.payload, options))()
  // It is awaited later than it may fail.
  acked.catch(() => {})
  const pending = toPending(id, job, target, startedAt)

  return {
    pending,
    async ended({ now, explain }) {
      try {
        const { stream, seq, duplicate } = await acked
        const delivery: Delivery = {
          ...pending,
          durationMs: since(began),
          responseBody: JSON.stringify({ stream, seq, duplicate }),
          verdict: 'delivered',
        }
        return { delivery, outcome: { job: 'done' } }
      } catch (thrown) {
        const nextAt = isTooLarge(thrown) ? null : nextAttemptAt(job, now())
        const delivery: Delivery = {
          ...pending,
          durationMs: since(began),
          error: explain(thrown),
          verdict: nextAt === null ? 'dropped' : 'retried',
          nextAttemptAt: nextAt?.toISOString() ?? null,
        }
        return { delivery, outcome: nextAt === null ? { job: 'done' } : { job: 'retry', nextAt } }
      }
    },
  }
}

/** There is no status: the answer of a stream is no HTTP. */
function toPending(id: number, job: Job, target: string, startedAt: Date): Delivery {
  return {
    id,
    seq: job.seq,
    target,
    attempt: job.attempts + 1,
    replay: false,
    sign: 'original',
    startedAt: startedAt.toISOString(),
    durationMs: null,
    status: null,
    error: null,
    responseHeaders: [],
    responseBody: null,
    verdict: 'pending',
    sent: null,
    nextAttemptAt: null,
  }
}

function nextAttemptAt(job: Job, now: Date): Date | null {
  if (now.getTime() - job.createdAt.getTime() >= giveUpAfterMs && job.attempts > 0) return null
  return new Date(now.getTime() + Math.min(longestPauseMs, 1_000 * 2 ** job.attempts))
}

function since(began: number): number {
  return Math.round((performance.now() - began) * 100) / 100
}
