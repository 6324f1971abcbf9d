/** Asks for what is counted, and changes what is kept: histogram, coverage, removal, forwarding, keys, subscriptions, tokens. */

import type {
  KeyEntry,
  RestoredSubscription,
  SubscriptionAnswer,
  SubscriptionEntry,
  TargetsAnswer,
  TargetsChange,
  TokenExplanation,
  TokenRequest,
} from '../../src/contract/api.ts'
import type { CoverageEntry, HistogramBucket } from '../../src/contract/board.ts'
import { ask, get, post, send } from './api.ts'

export async function fetchHistogram(query: string): Promise<HistogramBucket[]> {
  const search = new URLSearchParams({ minutes: '60', ...(query && { q: query }) })
  const { buckets } = await get<{ buckets: HistogramBucket[] }>(`/api/histogram?${search}`)
  return buckets
}

export async function fetchCoverage(): Promise<CoverageEntry[]> {
  const { items } = await get<{ items: CoverageEntry[] }>('/api/coverage')
  return items
}

export async function fetchKeys(): Promise<KeyEntry[]> {
  const { items } = await get<{ items: KeyEntry[] }>('/api/keys')
  return items
}

export function removeNotification(seq: number): Promise<void> {
  return remove(`/api/notifications/${seq}`)
}

export function removeAllNotifications(): Promise<void> {
  return remove('/api/notifications')
}

export function setForwarding(paused: boolean): Promise<void> {
  return send('/api/forwarding', { paused })
}

export function fetchTargets(): Promise<TargetsAnswer> {
  return get('/api/targets')
}

/** Each as after `--forward-to`; none stops forwarding. */
export function nameTargets(targets: string[]): Promise<TargetsChange> {
  return ask('/api/targets', { ...post({ targets }), method: 'PUT' })
}

export async function fetchSubscriptions(): Promise<SubscriptionEntry[]> {
  const { items } = await get<{ items: SubscriptionEntry[] }>('/api/subscriptions')
  return items
}

/** The one that fic-dev keeps. */
export function createSubscription(): Promise<SubscriptionAnswer> {
  return send('/api/subscriptions', {})
}

/** `anothers`: it is meant, though the subscription is not ours. */
export function verifySubscription(id: string, anothers: boolean): Promise<unknown> {
  return send(`/api/subscriptions/${encodeURIComponent(id)}/verify`, anothers ? { anothers } : {})
}

export function removeSubscription(id: string, anothers: boolean): Promise<void> {
  return remove(`/api/subscriptions/${encodeURIComponent(id)}${anothers ? '?anothers=true' : ''}`)
}

/** Gives back what was taken over. */
export async function restoreSubscriptions(): Promise<RestoredSubscription[]> {
  const { items } = await send<{ items: RestoredSubscription[] }>('/api/subscriptions/restore', {})
  return items
}

/** A pasted token, by itself or compared with a notification. */
export function explainToken(request: TokenRequest): Promise<TokenExplanation> {
  return send('/api/token', request)
}

function remove(path: string): Promise<void> {
  return ask(path, { method: 'DELETE', headers: { 'content-type': 'application/json' }, body: '{}' })
}
