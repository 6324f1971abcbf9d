/** Tells publications to the stream of a team from deliveries to an app, and says how they stand. Pure. */

import type { Delivery, Notification, Verdict } from '../../src/contract/notification.ts'
import type { ShareStatus } from '../../src/contract/status.ts'
import type { Saying, Tone } from './words.ts'

export function isPublication({ channel }: Pick<Delivery, 'channel'>): boolean {
  return channel === 'stream'
}

export function handedOver(deliveries: Delivery[]): Delivery[] {
  return deliveries.filter((delivery) => !isPublication(delivery))
}

export function published(deliveries: Delivery[]): Delivery[] {
  return deliveries.filter(isPublication)
}

/** The one that a row shows: what the app answered, or, where no app was asked, what became of sharing it. */
export function lastOf(deliveries: Delivery[]): Delivery | undefined {
  return handedOver(deliveries).at(-1) ?? deliveries.at(-1)
}

/** `dropped`: it is not tried again. */
export const publications: Record<Verdict, Saying> = {
  delivered: {
    tone: 'good',
    short: 'shared',
    long: 'It is in the stream. Every follower of its company takes it from there, those that are away when they are back.',
  },
  retried: {
    tone: 'warn',
    short: 'not shared yet',
    long: 'The stream does not have it yet. fic-dev retries.',
  },
  dropped: {
    tone: 'bad',
    short: 'not shared',
    long: 'The stream does not have it, and it is not published again: followers will not see it.',
  },
  'subscription-deleted': { tone: 'bad', short: 'not shared', long: 'The stream does not have it.' },
  pending: { tone: 'quiet', short: 'sharing', long: 'It is on its way to the stream.' },
}

export function sayPublication(delivery: Delivery): { tone: Tone; text: string } {
  const { tone, short } = publications[delivery.verdict]
  return { tone, text: short }
}

/** Where it stands in the stream, as the server said; `null` while it does not. */
export function placeOf({
  responseBody,
}: Delivery): { stream: string; seq: number; duplicate: boolean } | null {
  if (responseBody === null) return null
  try {
    const { stream, seq, duplicate } = JSON.parse(responseBody)
    return { stream: String(stream), seq: Number(seq), duplicate: duplicate === true }
  } catch {
    return null
  }
}

/** Whether it is still to be published and no attempt was made: the hub was not connected since it came. */
export function waitsForStream(
  { kind, signature, deliveries, receivedAt }: Notification,
  share: ShareStatus | null,
  startedAt: string,
): boolean {
  if (share?.role !== 'hub' || share.lag === 0 || deliveries.some(isPublication)) return false
  // What is older may have come before anything was shared.
  const isNew = Date.parse(receivedAt) >= Date.parse(startedAt)
  return isNew && signature.outcome === 'valid' && (kind === 'event' || kind === 'welcome')
}
