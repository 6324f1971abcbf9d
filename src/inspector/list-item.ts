/** A notification as lists and the stream carry it: a long body in part, because many of them are held at once. */

import type { Notification } from '../contract/notification.ts'

const bodyLimitBytes = 64 * 1024

/** `bodyBytes` keeps telling how long the whole is; the detail has it. */
export function toListItem(notification: Notification): Notification {
  const { body, bodyBytes } = notification
  if (body === null || bodyBytes <= bodyLimitBytes) return notification
  return { ...notification, body: cutText(body) }
}

/** Never in the middle of a character. */
function cutText(text: string): string {
  const bytes = Buffer.from(text).subarray(0, bodyLimitBytes)
  return new TextDecoder().decode(bytes, { stream: true })
}
