/** Names in the stream: its own, the subject of a notification, the consumer of a follower. Pure. */

import { createHash } from 'node:crypto'
import { toShortName } from '../fic/event-types.ts'

export const streamName = 'FIC'
export const streamSubjects = 'fic.>'

/** Far less than a server takes in one line of its protocol (4 KiB by default), and far more than a real type has. */
const longestType = 200
const prefixOfLong = 100

/**
 * `fic.<company>.<type without prefix>`. A type comes from outside, so what has a meaning in a subject is replaced, and
 * of a long one its beginning and a digest stay: the whole type is in the message.
 */
export function subjectOf(company: number | null, eventType: string): string {
  const type = toShortName(eventType)
    .split('.')
    .map((token) => token.replaceAll(/[^\w-]/g, '_') || '_')
    .join('.')
  const bounded = type.length <= longestType ? type : `${type.slice(0, prefixOfLong)}_${digestOf(eventType)}`
  return ['fic', company ?? '_', bounded].join('.')
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The subjects of all notifications about a company. */
export function subjectsOf(company: number): string {
  return `fic.${company}.>`
}

/** Whether a follower may have this name: it becomes part of a name in NATS. */
export function isFollowerName(name: string): boolean {
  return /^[A-Za-z\d-]{1,40}$/.test(name)
}

/** The durable consumer of a follower. */
export function consumerOf(company: number, name: string): string {
  return `fic-dev_${company}_${name}`
}

/** The follower behind a consumer; `null` when it is somebody else's. */
export function followerOf(consumer: string): { company: number; name: string } | null {
  const [, company, name] = /^fic-dev_(\d+)_([A-Za-z\d-]+)$/.exec(consumer) ?? []
  return company === undefined || name === undefined ? null : { company: Number(company), name }
}
