/** Says how sharing stands: in a word, in sentences, and what to do about it. Pure. */

import type { ShareFollower, ShareStatus, Status } from '../../src/contract/status.ts'
import { toAgo, toClock } from './clock-words.ts'
import { sayFindings } from './finding-words.ts'
import type { Lamp } from './lamp-words.ts'
import { capitalise } from './words.ts'
import type { Tone } from '../../src/contract/vocabulary.ts'

const words: Record<ShareStatus['state'], { tone: Tone; word: string }> = {
  connecting: { tone: 'warn', word: 'connecting' },
  connected: { tone: 'good', word: 'connected' },
  disconnected: { tone: 'bad', word: 'disconnected' },
}

export function isFollower(status: Status): boolean {
  return status.share?.role === 'follower'
}

export function readShare(status: Status, share: ShareStatus, nowMs: number): Lamp {
  const { role, url, since, lag, name, followers } = share
  return {
    name: 'Sharing',
    ...words[share.state],
    says: sayShare(status),
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

/** The state of sharing, why it is so, and what to do. */
export function sayShare(status: Status): string[] {
  const { share } = status
  if (share === null) return []
  const { role, state, detail, hint } = share
  if (state === 'disconnected') return sayFindings(status, 'sharing')
  if (state === 'connected') {
    return [
      role === 'hub'
        ? 'What comes here is published to the stream, from which followers take it.'
        : 'What the hub publishes comes here, is checked again, and goes to your app.',
    ]
  }
  return [detail && `${capitalise(detail)}.`, hint, 'The connection is being opened.'].filter(
    (text) => text !== null,
  )
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
