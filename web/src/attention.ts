/** What needs somebody's attention, and what to do about it, read from the status. Pure. */

import type { Status } from '../../src/contract/status.ts'
import { findShareAttention } from './share-words.ts'
import { capitalise } from './words.ts'

export interface Finding {
  tone: 'bad' | 'warn'
  /** What is wrong. */
  says: string
  /** What it costs, and what mends it. */
  remedy: string
  /** Something to copy. */
  copy: string | null
}

export function findAttention(status: Status): Finding[] {
  return [
    ...aboutStore(status),
    ...aboutTunnel(status),
    ...aboutSubscription(status),
    ...status.targets.flatMap(aboutTarget),
    ...findShareAttention(status),
    ...aboutSink(status),
  ]
}

function aboutStore({ store }: Status): Finding[] {
  if (store.state === 'ok') return []
  const tone = store.state === 'failed' ? 'bad' : 'warn'
  return [{ tone, says: store.detail ?? 'The store failed.', remedy: store.hint ?? '', copy: null }]
}

function aboutTunnel({ tunnel }: Status): Finding[] {
  if (!tunnel || tunnel.state === 'up' || tunnel.state === 'starting') return []
  const says = `The tunnel (${tunnel.provider}) is ${tunnel.state === 'unknown' ? 'not known to carry' : tunnel.state}.`
  const remedies = {
    suspect: 'The last probe did not come back. fic-dev asks again and opens it anew where needed.',
    down: 'Nothing from Fatture in Cloud comes through; fic-dev reopens it. Another provider: --tunnel.',
    unknown: 'This machine cannot reach the public URL to ask. Notifications may come all the same.',
    held: 'Somebody else has its name. Wait, or take another with --subdomain, which costs a verification.',
    stopped: 'It was closed. Start fic-dev again.',
  }
  const tone = tunnel.state === 'suspect' || tunnel.state === 'unknown' ? 'warn' : 'bad'
  return [{ tone, says: withDetail(says, tunnel.detail), remedy: remedies[tunnel.state], copy: null }]
}

function aboutSubscription({ subscription }: Status): Finding[] {
  if (!subscription || subscription.state === 'unmanaged') return []
  const { state, detail, hint, taken, warnings } = subscription
  const findings: Finding[] = []
  if (state === 'failed' || state === 'unverified') {
    findings.push({
      tone: 'bad',
      says: withDetail(`The subscription is ${state}: no events come.`, detail),
      remedy: hint ?? 'Look at the subscription, and verify it there.',
      copy: null,
    })
  }
  for (const { subscriptionId, types } of groupTaken(taken)) {
    findings.push({
      tone: 'warn',
      says: `${subscriptionId} of the same app holds ${types.length === 1 ? types[0] : `${types.length} of the types`}.`,
      remedy:
        'They do not come here. Where that subscription is yours to move, take it over; it is given back on exit.',
      copy: `npx fic-dev --take-over ${subscriptionId}`,
    })
  }
  const remedy = 'Fatture in Cloud said this when the subscription was made.'
  return [...findings, ...warnings.map((says): Finding => ({ tone: 'warn', says, remedy, copy: null }))]
}

function groupTaken(taken: { type: string; subscriptionId: string }[]) {
  const groups = new Map<string, string[]>()
  for (const { type, subscriptionId } of taken) {
    groups.set(subscriptionId, [...(groups.get(subscriptionId) ?? []), type])
  }
  return [...groups].map(([subscriptionId, types]) => ({ subscriptionId, types }))
}

function aboutTarget(target: Status['targets'][number]): Finding[] {
  const waiting = target.waiting === 1 ? 'one delivery waits' : `${target.waiting} deliveries wait`
  if (target.cause) {
    const { what, why, todo } = target.cause
    const remedy = `${why} ${todo} What waits is delivered when the target works again.`
    return [{ tone: 'bad', says: `${what} ${capitalise(waiting)}.`, remedy, copy: null }]
  }
  if (!target.paused) return []
  const remedy = 'Go on with the switch at the target.'
  return [{ tone: 'warn', says: `Forwarding to ${target.url} is paused; ${waiting}.`, remedy, copy: null }]
}

function aboutSink({ sink }: Status): Finding[] {
  if (!sink || sink.failed === 0) return []
  return [
    {
      tone: 'bad',
      says: `${sink.failed} notifications could not be written down and were answered 503.`,
      remedy: 'Fatture in Cloud tries again. Is the disk full? The log says more.',
      copy: null,
    },
  ]
}

function withDetail(says: string, detail: string | null): string {
  return detail ? `${says} ${detail}` : says
}
