/** Adds to a notification what its body reads as, if it is not plain text. */

import type { Notification } from '../contract/notification.ts'
import { readCapturedBody } from '../http/body.ts'

/** @param bytes the raw body */
export function withDecoded(notification: Notification, bytes: Buffer): Notification {
  const { headers, body } = notification
  const isEncoded = headers.some(
    ([name, value]) =>
      /^content-encoding$/i.test(name) || (/^content-type$/i.test(name) && /charset/i.test(value)),
  )
  if (bytes.length === 0 || (body !== null && !isEncoded)) return notification
  const { text, says } = readCapturedBody(headers, bytes)
  return text !== null && text === body ? notification : { ...notification, decoded: { text, says } }
}
