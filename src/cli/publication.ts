/** How the terminal speaks of a publication: a delivery to a stream, which answers with no status. Pure. */

import type { Delivery } from '../contract/notification.ts'

export function isPublication({ channel }: Delivery): boolean {
  return channel === 'stream'
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
