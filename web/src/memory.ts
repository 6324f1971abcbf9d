/** How much of the list the page keeps in memory. Pure. */

import type { Notification } from '../../src/contract/notification.ts'

/** While the newest are in sight, so many rows are enough: older ones come again by scrolling. */
export const keptRows = 2_000

/** Somebody who reads further down keeps all that was scrolled through; what arrives beyond this is only counted. */
export const mostRows = 30_000

/** A row far down needs no headers and no body: the detail is fetched when it is opened. */
export function toSlim(notification: Notification): Notification {
  const { outcome, problems } = notification.signature
  const deliveries = notification.deliveries.map((delivery) => ({
    ...delivery,
    responseHeaders: [],
    responseBody: null,
    sent: null,
  }))
  return {
    ...notification,
    headers: [],
    body: null,
    signature: { outcome, claims: [], problems },
    deliveries,
  }
}

/** Every request has a header, and only bytes that are no text have no body: both together were made slim. */
export function isSlim(notification: Notification): boolean {
  return notification.headers.length === 0 && notification.body === null
}
