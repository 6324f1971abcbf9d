/** How the terminal speaks of a publication: a delivery to a stream, which answers with no status. Pure. */

import type { Delivery, Verdict } from '../contract/notification.ts'

export function isPublication({ channel }: Delivery): boolean {
  return channel === 'stream'
}

/** Of `dropped` nothing is tried again: the server does not take it, or has not taken it for a day. */
export const publicationWords: Record<Verdict, string> = {
  delivered: 'shared',
  retried: 'not shared yet',
  dropped: 'not shared',
  'subscription-deleted': 'not shared',
  pending: 'sharing',
}

/** The place in the stream, as the server named it; `null` where it did not. */
export function placeOf({ responseBody }: Delivery): string | null {
  if (responseBody === null) return null
  try {
    const { stream, seq, duplicate } = JSON.parse(responseBody)
    return `message ${seq} of the stream ${stream}${duplicate ? ', which was there already' : ''}`
  } catch {
    return null
  }
}
