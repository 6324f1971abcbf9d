/** Tells publications to the stream of a team from deliveries to an app, and says how they stand. Pure. */

import type { Delivery, Notification } from '../../src/contract/notification.ts'
import { publicationText, type Tone } from '../../src/contract/vocabulary.ts'
import type { ShareStatus } from '../../src/contract/status.ts'

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

export function sayPublication(delivery: Delivery): { tone: Tone; text: string } {
  const { tone, label } = publicationText(delivery.verdict)
  return { tone, text: label }
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
