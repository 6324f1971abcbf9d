/** One attempt to publish a notification, written down as a delivery. */

import type { JetStreamClient, PubAck } from '@nats-io/jetstream'
import type { Delivery, Notification } from '../contract/notification.ts'
import type { Job } from '../store/jobs.ts'
import type { JobOutcome } from '../store/store.ts'
import type { NatsClient } from './client.ts'
import { toMessage, type OutgoingMessage } from './message.ts'

export interface Publisher {
  js: JetStreamClient
  headers: NatsClient['headers']
}

export interface Published {
  delivery: Delivery
  outcome: JobOutcome
}

export interface Failure {
  /**
   * `unpublishable`: this message will never be taken. `refused`: the server did not take it now.
   * `unreached`: no answer of a server, so nothing is known about the message.
   */
  kind: 'unpublishable' | 'refused' | 'unreached'
  error: string
}

export interface Publishing {
  /** The attempt without an answer. */
  pending: Delivery
  /** What became of it and of its job. Never rejects. */
  ended(of: { now(): Date; judge(thrown: unknown): Promise<Failure> }): Promise<Published>
}

const ackTimeoutMs = 5_000
const longestPauseMs = 10 * 60_000
/** As with any target, nothing is given up before that, */
const giveUpAfterMs = 24 * 60 * 60_000
/** and not before as many answers of the server as there are in that time: while it was away, nothing was attempted. */
const giveUpAfterAttempts = 150

export interface Attempt {
  id: number
  job: Job
  target: string
  startedAt: Date
  /** Attempts in a row, just before, that reached no server. */
  unreached: number
}

/** The message is on its way when this returns, so that messages keep the order of the calls. */
export function publish(
  publisher: Publisher,
  what: { notification: Notification; body: Buffer; hubSecret: string },
  { id, job, target, startedAt, unreached }: Attempt,
): Publishing {
  const began = performance.now()
  const acked = send(publisher, toMessage(what.notification, what.body, what.hubSecret))
  // It is awaited later than it may fail.
  acked.catch(() => {})
  const pending = toPending(id, job, target, startedAt)

  return {
    pending,
    async ended({ now, judge }) {
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
        const { kind, error } = await judge(thrown)
        const nextAt = nextAttemptAt(kind, job, unreached, now())
        const delivery: Delivery = {
          ...pending,
          durationMs: since(began),
          error,
          verdict: nextAt === null ? 'dropped' : 'retried',
          nextAttemptAt: nextAt?.toISOString() ?? null,
        }
        if (nextAt === null) return { delivery, outcome: { job: 'done' } }
        return { delivery, outcome: { job: 'retry', nextAt, isCounted: kind === 'refused' } }
      }
    },
  }
}

/** Rejects where the client refuses the message, too. */
async function send({ js, headers }: Publisher, message: OutgoingMessage): Promise<PubAck> {
  const natsHeaders = headers()
  for (const [name, value] of message.headers) natsHeaders.append(name, value)
  const options = { msgID: message.id, headers: natsHeaders, timeout: ackTimeoutMs }
  return js.publish(message.subject, message.payload, options)
}

/** There is no status: the answer of a stream is no HTTP. */
function toPending(id: number, job: Job, target: string, startedAt: Date): Delivery {
  return {
    id,
    seq: job.seq,
    channel: 'stream',
    target,
    attempt: job.attempts + 1,
    replay: false,
    sign: 'original',
    startedAt: startedAt.toISOString(),
    durationMs: null,
    status: null,
    error: null,
    errorCode: null,
    cause: null,
    responseHeaders: [],
    responseBody: null,
    verdict: 'pending',
    sent: null,
    nextAttemptAt: null,
  }
}

/** `null`: the notification is set aside. */
function nextAttemptAt(kind: Failure['kind'], job: Job, unreached: number, now: Date): Date | null {
  if (kind === 'unpublishable') return null
  const isLong = now.getTime() - job.createdAt.getTime() >= giveUpAfterMs
  if (kind === 'refused' && isLong && job.attempts >= giveUpAfterAttempts) return null
  return new Date(now.getTime() + Math.min(longestPauseMs, 1_000 * 2 ** (job.attempts + unreached)))
}

function since(began: number): number {
  return Math.round((performance.now() - began) * 100) / 100
}
