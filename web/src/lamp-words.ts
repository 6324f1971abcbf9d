/** Says how tunnel, subscription, target and sharing stand: a colour, a word, and sentences for who asks more. Pure. */

import type { Status, SubscriptionStatus, TargetStatus, TunnelStatus } from '../../src/contract/status.ts'
import type { Tone, TunnelState } from '../../src/contract/vocabulary.ts'
import { toAgo, toClock, toMinute } from './clock-words.ts'
import { isFollower, readShare } from './share-words.ts'

export interface Lamp {
  name: 'Tunnel' | 'Subscription' | 'Target' | 'Sharing'
  tone: Tone
  word: string
  says: string[]
  facts: [name: string, value: string][]
}

export function readLamps(status: Status, nowMs: number): Lamp[] {
  const { tunnel, subscription, targets, share, emulatorUrl } = status
  return [
    // Of these two a follower has neither, and needs none.
    ...(isFollower(status)
      ? []
      : [readTunnel(tunnel, emulatorUrl !== null, nowMs), readSubscription(subscription, nowMs)]),
    readTargets(targets, nowMs),
    ...(share ? [readShare(share, nowMs)] : []),
  ]
}

export const tunnelStates: Record<TunnelState, { tone: Tone; word: string; says: string }> = {
  starting: { tone: 'warn', word: 'opening', says: 'It opens, and is then asked through the public URL.' },
  up: { tone: 'good', word: 'up', says: 'A probe through the public URL comes back.' },
  suspect: {
    tone: 'warn',
    word: 'in doubt',
    says: 'The last probe did not come back. It is asked again soon.',
  },
  down: { tone: 'bad', word: 'down', says: 'Nothing comes through. fic-dev reopens it.' },
  unknown: { tone: 'warn', word: 'unknown', says: 'This machine cannot reach the public URL to ask.' },
  held: {
    tone: 'bad',
    word: 'name taken',
    says: 'Somebody else has its name. Another would cost a verification.',
  },
  stopped: { tone: 'quiet', word: 'stopped', says: 'It has been closed.' },
}

export function readTunnel(tunnel: TunnelStatus | null, emulated: boolean, nowMs: number): Lamp {
  if (!tunnel || tunnel.provider === 'none') {
    const says = emulated
      ? 'Not needed: the emulator reaches the sink on this machine.'
      : 'There is none: only this machine reaches the sink.'
    return { name: 'Tunnel', tone: 'quiet', word: emulated ? 'not needed' : 'none', says: [says], facts: [] }
  }
  const { tone, word, says } = tunnelStates[tunnel.state]
  const changes = tunnel.history.slice(-5).map((change): [string, string] => {
    const changed = tunnelStates[change.state].word
    return [toClock(change.at, nowMs), change.detail ? `${changed}: ${change.detail}` : changed]
  })
  return {
    name: 'Tunnel',
    tone,
    word,
    says: withDetail(says, tunnel.detail),
    facts: [
      ['provider', tunnel.provider],
      ['since', `${toClock(tunnel.since, nowMs)}, ${toAgo(tunnel.since, nowMs)}`],
      ['public URL', tunnel.publicUrl ?? 'none yet'],
      ...changes,
    ],
  }
}

const subscriptionStates: Record<SubscriptionStatus['state'], { tone: Tone; word: string; says: string }> = {
  unmanaged: {
    tone: 'quiet',
    word: 'unmanaged',
    says: 'fic-dev leaves it alone. With FIC_ACCESS_TOKEN and FIC_COMPANY_ID it makes and keeps one.',
  },
  working: { tone: 'warn', word: 'working', says: 'fic-dev is talking to Fatture in Cloud.' },
  verified: { tone: 'good', word: 'verified', says: 'Fatture in Cloud sends events to this sink.' },
  unverified: {
    tone: 'bad',
    word: 'unverified',
    says: 'Fatture in Cloud sends no events before the challenge is answered.',
  },
  failed: { tone: 'bad', word: 'failed', says: 'There is no working subscription.' },
}

export function readSubscription(subscription: SubscriptionStatus | null, nowMs: number): Lamp {
  const { tone, word, says } = subscriptionStates[subscription?.state ?? 'unmanaged']
  if (!subscription) return { name: 'Subscription', tone, word, says: [says], facts: [] }
  const { id, types, budget, sink, taken, warnings, detail, hint } = subscription
  const facts: Lamp['facts'] = []
  if (id) facts.push(['id', id])
  if (id) facts.push(['event types', String(types.length)])
  if (sink) facts.push(['sink', sink])
  if (budget) {
    const next = budget.nextPossibleAt ? `, next possible at ${toMinute(budget.nextPossibleAt, nowMs)}` : ''
    facts.push(['verifications', `${budget.used} of ${budget.limit} used${next}`])
  }
  for (const { type, subscriptionId } of taken) facts.push(['taken', `${type} by ${subscriptionId}`])
  return {
    name: 'Subscription',
    tone: tone === 'good' && warnings.length + taken.length > 0 ? 'warn' : tone,
    word,
    // Somebody has told it to leave the subscription alone: then that is the reason, not a missing token.
    says: [
      ...(subscription.state === 'unmanaged' && detail ? [detail] : withDetail(says, detail)),
      ...warnings,
      ...(hint ? [hint] : []),
    ],
    facts,
  }
}

const healths: Record<TargetStatus['health'], { tone: Tone; word: string }> = {
  healthy: { tone: 'good', word: 'answers' },
  unreachable: { tone: 'bad', word: 'unreachable' },
  unknown: { tone: 'quiet', word: 'not asked yet' },
}

/** A target that answers is as good as the verdict on its last answer. */
export function toHealth({ health, lastVerdict, lastStatus }: TargetStatus): { tone: Tone; word: string } {
  if (health !== 'healthy' || lastVerdict === null || lastVerdict === 'delivered') return healths[health]
  return { tone: 'warn', word: `${lastStatus ?? 'no answer'} ${lastVerdict}` }
}

function readTargets(targets: TargetStatus[], nowMs: number): Lamp {
  const worst = targets.toSorted((a, b) => rank(b) - rank(a))[0]
  if (!worst) {
    const says = 'No target is named. In a terminal: fic-dev forward http://localhost:3000/webhooks'
    return { name: 'Target', tone: 'quiet', word: 'none', says: [says], facts: [] }
  }
  const paused = worst.paused && worst.health === 'healthy'
  const { tone, word } = paused ? { tone: 'warn' as const, word: 'paused' } : toHealth(worst)
  const facts = targets.flatMap((target): Lamp['facts'] => [
    ['url', target.url],
    ['state', `${toHealth(target).word} since ${toClock(target.since, nowMs)}`],
    ['waiting', String(target.waiting)],
  ])
  const details = targets.flatMap(({ cause }) => (cause ? [`${cause.what} ${cause.todo}`] : []))
  const says = {
    unreachable: 'What comes in waits, and is delivered when your app is back.',
    unknown: 'Nothing has been sent to it yet.',
    healthy: 'Your app answers.',
  }[worst.health]
  return {
    name: 'Target',
    tone,
    word,
    says: [...new Set([paused ? 'Forwarding is paused.' : says, ...details])],
    facts,
  }
}

function rank(target: TargetStatus): number {
  return { unreachable: 2, unknown: 1, healthy: 0 }[target.health] + (target.paused ? 0.5 : 0)
}

function withDetail(says: string, detail: string | null): string[] {
  return detail ? [says, detail] : [says]
}
