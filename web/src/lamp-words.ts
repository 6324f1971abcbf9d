/** Says how tunnel, subscription, target and sharing stand: a colour, a word, and sentences for who asks more. Pure. */

import type { Status, SubscriptionStatus, TargetStatus } from '../../src/contract/status.ts'
import type { Tone, TunnelState } from '../../src/contract/vocabulary.ts'
import { toAgo, toClock, toMinute } from './clock-words.ts'
import { sayFindings, toneOf } from './finding-words.ts'
import { isFollower, readShare } from './share-words.ts'

export interface Lamp {
  name: 'Tunnel' | 'Subscription' | 'Target' | 'Sharing'
  tone: Tone
  word: string
  says: string[]
  facts: [name: string, value: string][]
}

export function readLamps(status: Status, nowMs: number): Lamp[] {
  const { share } = status
  return [
    // Of these two a follower has neither, and needs none.
    ...(isFollower(status) ? [] : [readTunnel(status, nowMs), readSubscription(status, nowMs)]),
    readTargets(status, nowMs),
    ...(share ? [readShare(status, share, nowMs)] : []),
  ]
}

export const tunnelStates: Record<TunnelState, { tone: Tone; word: string }> = {
  starting: { tone: 'warn', word: 'opening' },
  up: { tone: 'good', word: 'up' },
  suspect: { tone: 'warn', word: 'in doubt' },
  down: { tone: 'bad', word: 'down' },
  unknown: { tone: 'warn', word: 'unknown' },
  held: { tone: 'bad', word: 'name taken' },
  stopped: { tone: 'quiet', word: 'stopped' },
}

export function readTunnel(status: Status, nowMs: number): Lamp {
  const { tunnel } = status
  if (!tunnel || tunnel.provider === 'none') {
    const isEmulated = status.emulatorUrl !== null
    const says = isEmulated
      ? 'Not needed: the emulator reaches the sink on this machine.'
      : 'There is none: only this machine reaches the sink.'
    return {
      name: 'Tunnel',
      tone: 'quiet',
      word: isEmulated ? 'not needed' : 'none',
      says: [says],
      facts: [],
    }
  }
  const { state, detail } = tunnel
  const changes = tunnel.history.slice(-5).map((change): [string, string] => {
    const changed = tunnelStates[change.state].word
    return [toClock(change.at, nowMs), change.detail ? `${changed}: ${change.detail}` : changed]
  })
  return {
    name: 'Tunnel',
    tone: toneOf(status, ['tunnel'], tunnelStates[state].tone),
    word: tunnelStates[state].word,
    says: [
      ...(state === 'up' ? withDetail('A probe through the public URL comes back.', detail) : []),
      ...(state === 'starting'
        ? withDetail('It opens, and is then probed through the public URL.', detail)
        : []),
      ...sayFindings(status, 'tunnel'),
    ],
    facts: [
      ['provider', tunnel.provider],
      ['since', `${toClock(tunnel.since, nowMs)}, ${toAgo(tunnel.since, nowMs)}`],
      ['public URL', tunnel.publicUrl ?? 'none yet'],
      ...changes,
    ],
  }
}

const subscriptionStates: Record<SubscriptionStatus['state'], { tone: Tone; word: string }> = {
  unmanaged: { tone: 'quiet', word: 'unmanaged' },
  working: { tone: 'warn', word: 'working' },
  verified: { tone: 'good', word: 'verified' },
  unverified: { tone: 'bad', word: 'unverified' },
  failed: { tone: 'bad', word: 'failed' },
}

export function readSubscription(status: Status, nowMs: number): Lamp {
  const { subscription } = status
  const { tone, word } = subscriptionStates[subscription?.state ?? 'unmanaged']
  const lamp: Lamp = {
    name: 'Subscription',
    tone: toneOf(status, ['subscription', 'budget'], tone),
    word,
    says: [...saySubscription(subscription), ...sayFindings(status, 'subscription', 'budget')],
    facts: [],
  }
  if (!subscription) return lamp
  const { id, types, budget, sink, taken } = subscription
  const { facts } = lamp
  if (id) facts.push(['id', id])
  if (id) facts.push(['event types', String(types.length)])
  if (sink) facts.push(['sink', sink])
  if (budget) {
    const next = budget.nextPossibleAt ? `, next possible at ${toMinute(budget.nextPossibleAt, nowMs)}` : ''
    facts.push(['verifications', `${budget.used} of ${budget.limit} used${next}`])
  }
  for (const { type, subscriptionId } of taken) facts.push(['taken', `${type} by ${subscriptionId}`])
  return lamp
}

/** Of a state that is as it should be; the findings say the rest. */
function saySubscription(subscription: SubscriptionStatus | null): string[] {
  const unmanaged =
    'fic-dev leaves it alone. With FIC_ACCESS_TOKEN and FIC_COMPANY_ID it makes and keeps one.'
  if (!subscription) return [unmanaged]
  const { state, detail, hint } = subscription
  const hints = hint ? [hint] : []
  // A person has deleted what it kept: then that is the reason, not a missing token.
  if (state === 'unmanaged') return [detail ?? unmanaged, ...hints]
  if (state === 'working') return [...withDetail('fic-dev is talking to Fatture in Cloud.', detail), ...hints]
  if (state === 'verified') {
    return [...withDetail('Fatture in Cloud sends events to this sink.', detail), ...hints]
  }
  return []
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

function readTargets(status: Status, nowMs: number): Lamp {
  const { targets } = status
  const worst = targets.toSorted((a, b) => rank(b) - rank(a))[0]
  if (!worst) {
    const says = 'No target is named. In a terminal: fic-dev forward http://localhost:3000/webhooks'
    return { name: 'Target', tone: 'quiet', word: 'none', says: [says], facts: [] }
  }
  const { tone, word } = toHealth(worst)
  const found = sayFindings(status, 'deliveries')
  const says = worst.health === 'unknown' ? 'Nothing has been sent to it yet.' : 'Your app answers.'
  return {
    name: 'Target',
    tone: toneOf(status, ['deliveries'], tone),
    word: worst.paused && worst.health === 'healthy' ? 'paused' : word,
    says: found.length > 0 ? found : [says],
    facts: targets.flatMap((target): Lamp['facts'] => [
      ['url', target.url],
      ['state', `${toHealth(target).word} since ${toClock(target.since, nowMs)}`],
      ['waiting', String(target.waiting)],
    ]),
  }
}

function rank(target: TargetStatus): number {
  return { unreachable: 2, unknown: 1, healthy: 0 }[target.health] + (target.paused ? 0.5 : 0)
}

function withDetail(says: string, detail: string | null): string[] {
  return detail ? [says, detail] : [says]
}
