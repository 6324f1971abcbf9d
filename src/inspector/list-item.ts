/** A notification as lists and the stream carry it: bounded, because many of them are held at once. */

import type { Delivery, Notification } from '../contract/notification.ts'
import type { View } from '../contract/vocabulary.ts'

const bodyLimitBytes = 64 * 1024
const rowIds = 100

export function toListItem(notification: Notification, view: View = 'full'): Notification {
  return view === 'row' ? toRow(notification) : withoutLongBody(notification)
}

/** `bodyBytes` keeps telling how long the whole is; the detail has it. */
function withoutLongBody(notification: Notification): Notification {
  const { body, bodyBytes } = notification
  if (body === null || bodyBytes <= bodyLimitBytes) return notification
  return { ...notification, body: cutText(body) }
}

/** Without what is long or secret: headers, body, claims, answers. */
function toRow(notification: Notification): Notification {
  const { ids, signature, deliveries } = notification
  return {
    ...notification,
    headers: [],
    body: null,
    ids: ids.slice(0, rowIds),
    idCount: ids.length,
    signature: { ...signature, claims: [] },
    deliveries: deliveries.map(toRowDelivery),
  }
}

/** Status, verdict and times. */
export function toRowDelivery(delivery: Delivery): Delivery {
  return { ...delivery, responseHeaders: [], responseBody: null, sent: null }
}

/** Never in the middle of a character. */
function cutText(text: string): string {
  const bytes = Buffer.from(text).subarray(0, bodyLimitBytes)
  return new TextDecoder().decode(bytes, { stream: true })
}
