/** Says how sharing stands: in a word, in sentences, and what to do about it. Pure. */

import type { ShareFollower, ShareStatus, Status } from '../../src/contract/status.ts'
import { toAgo, toClock } from './clock-words.ts'
import type { Finding } from './attention.ts'
import type { Lamp } from './lamp-words.ts'
import { capitalise } from './words.ts'
import type { Tone } from '../../src/contract/vocabulary.ts'

/** A server that is started again is back sooner; nobody need be alarmed about that. */
const alarmAfterMs = 60_000

const words: Record<ShareStatus['state'], { tone: Tone; word: string }> = {
  connecting: { tone: 'warn', word: 'connecting' },
  connected: { tone: 'good', word: 'connected' },
  disconnected: { tone: 'bad', word: 'disconnected' },
}

export function isFollower(status: Status): boolean {
  return status.share?.role === 'follower'
}

export function readShare(share: ShareStatus, nowMs: number): Lamp {
  const { role, url, since, lag, name, followers } = share
  return {
    name: 'Sharing',
    ...words[share.state],
    says: sayShare(share),
    facts: [
      ['role', role === 'hub' ? 'hub' : `follower ${name ?? ''}`],
      ['server', url],
      ['since', `${toClock(since, nowMs)}, ${toAgo(since, nowMs)}`],
      [role === 'hub' ? 'to publish' : 'not yet here', sayLag(share, lag)],
      ...(role === 'hub' && share.state === 'connected'
        ? [['followers', sayFollowers(followers)] as [string, string]]
        : []),
    ],
  }
}

/** How it stands, why, and what to do. */
export function sayShare(share: ShareStatus): string[] {
  const { role, state, detail, hint } = share
  if (state === 'connected') {
    return [
      role === 'hub'
        ? 'What comes here is published to the stream, from which followers take it.'
        : 'What the hub publishes comes here, is checked again, and goes to your app.',
    ]
  }
  const meanwhile =
    role === 'hub'
      ? 'Notifications are captured and answered all the same; they are published when the server is back.'
      : 'Nothing comes here meanwhile. The stream keeps it for 7 days, and it comes when the server is back.'
  const why = detail === null ? [] : [`${capitalise(detail)}.`]
  const trying = state === 'connecting' ? 'The connection is being opened.' : 'fic-dev retries.'
  return [...why, ...(hint === null ? [] : [hint]), trying, meanwhile]
}

function sayLag({ role, state }: ShareStatus, lag: number): string {
  if (role === 'follower' && state !== 'connected') return `${lag} when it was last seen`
  return lag === 0 ? 'nothing' : String(lag)
}

function sayFollowers(followers: ShareFollower[]): string {
  if (followers.length === 0) return 'none so far'
  const there = followers.filter(({ connected }) => connected).length
  return there === followers.length ? String(there) : `${there} of ${followers.length} are there`
}

/** When a follower was there last. */
export function sayLastSeen({ connected, lastSeenAt }: ShareFollower, nowMs: number): string {
  if (connected) return 'there now'
  return lastSeenAt === null ? 'not seen' : toAgo(lastSeenAt, nowMs)
}

export function findShareAttention({ share }: Status): Finding[] {
  if (share?.state !== 'disconnected') return []
  const [why, ...rest] = sayShare(share)
  const says = `Sharing is disconnected. ${why ?? ''}`
  return [{ tone: 'bad', says, remedy: rest.join(' '), copy: null }]
}

/** A line for the whole page, once it has lasted; `null` while there is none. */
export function readShareAlarm(status: Status, nowMs: number): { since: string; says: string } | null {
  const { share } = status
  if (share?.state !== 'disconnected' || nowMs - Date.parse(share.since) < alarmAfterMs) return null
  const [why, hint] = [share.detail, share.hint]
  const cost =
    share.role === 'hub'
      ? `${share.lag} ${share.lag === 1 ? 'notification waits' : 'notifications wait'} for the team.`
      : 'Nothing comes here until it is back; the stream keeps it for 7 days.'
  const says = [why && `${capitalise(why)}.`, hint, cost].filter((part) => part !== null).join(' ')
  return { since: share.since, says }
}
