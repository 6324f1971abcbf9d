/** The way of one notification in steps: received, captured, answered, then every delivery and the one that is due. Pure. */

import type { Delivery, Notification } from '../../src/contract/notification.ts'
import type { TargetStatus } from '../../src/contract/status.ts'
import { handedOver, published } from './publication.ts'
import { sayOutcome } from './words.ts'
import type { Tone } from '../../src/contract/vocabulary.ts'

export interface TimelineStep {
  key: string
  tone: Tone
  title: string
  /** A word or two beside the title. */
  fact: string | null
  /** ISO 8601; `null` where only the order is known. */
  at: string | null
  /** It has not happened yet. */
  due: boolean
}

/** More deliveries than this are told as a number, so that the line stays a line. */
const shownDeliveries = 5

/** `waits`: it is still to be published to the stream, and was not tried yet. */
export function toTimeline(
  notification: Notification,
  targets: TargetStatus[] = [],
  waits = false,
): TimelineStep[] {
  const { receivedAt, answer } = notification
  const deliveries = handedOver(notification.deliveries)
  const left = deliveries.length - shownDeliveries
  return [
    step('received', { title: 'Received', at: receivedAt }),
    step('captured', { title: 'Captured', fact: 'safe on disk' }),
    ...answerStep(answer.status),
    ...publicationSteps(published(notification.deliveries), waits),
    ...(left > 0
      ? [step('earlier', { title: `${left} earlier ${left === 1 ? 'delivery' : 'deliveries'}` })]
      : []),
    ...deliveries.slice(-shownDeliveries).map(toStep),
    ...nextStep(deliveries, targets),
  ]
}

function step(key: string, facts: Partial<TimelineStep> & { title: string }): TimelineStep {
  return { key, tone: 'good', fact: null, at: null, due: false, ...facts }
}

/** What came by a stream and from no hub got no answer. */
function answerStep(status: number): TimelineStep[] {
  if (status === 0) return []
  return [step('answered', { title: 'Answered', fact: String(status), tone: status < 300 ? 'good' : 'bad' })]
}

/** However often it was tried, what counts is how it stands. */
function publicationSteps(attempts: Delivery[], waits: boolean): TimelineStep[] {
  const last = attempts.at(-1)
  if (!last) {
    return waits ? [step('published', { title: 'Stream', tone: 'quiet', due: true })] : []
  }
  const { tone, text } = sayOutcome(last)
  return [step('published', { title: 'Stream', fact: text, tone, at: last.startedAt })]
}

function toStep(delivery: Delivery): TimelineStep {
  const { id, replay, attempt, startedAt } = delivery
  const { tone, text } = sayOutcome(delivery)
  return step(`delivery-${id}`, {
    title: replay ? 'Replay' : `Attempt ${attempt}`,
    fact: text,
    tone,
    at: startedAt,
  })
}

/** What fic-dev will do by itself. A replay changes nothing about that. */
function nextStep(deliveries: Delivery[], targets: TargetStatus[]): TimelineStep[] {
  const last = deliveries.findLast((delivery) => !delivery.replay)
  if (!last || last.nextAttemptAt === null) return []
  const target = targets.find(({ url }) => url === last.target)
  const facts = { tone: 'quiet', due: true, title: `Attempt ${last.attempt + 1}` } as const
  if (target?.paused) return [step('next', { ...facts, fact: 'when forwarding goes on' })]
  return [step('next', { ...facts, at: last.nextAttemptAt })]
}
