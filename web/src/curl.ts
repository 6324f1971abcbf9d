/** Writes a notification as a curl command that sends it again. */

import type { Notification } from '../../src/contract/notification.ts'
import { toPlainMessage } from './plain-message.ts'
import { quoteForShell } from './shell-quote.ts'

const ofTheWay = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding'])

/** Whether a header is one that the sending program sets by itself, or that belongs to the way and not to the message. */
export function isOfTheWay(name: string): boolean {
  return ofTheWay.has(name.toLowerCase())
}

/** For a POSIX shell. A body that is not text is left out: its bytes cannot be pasted. */
export function toCurl(notification: Notification, url: string): string {
  const { headers, body } = toPlainMessage(notification)
  const parts = [`curl -X ${quoteForShell(notification.method)} ${quoteForShell(url)}`]
  for (const [name, value] of headers) {
    // A header without a value is written with a semicolon: with a colon, curl would drop it.
    const header = value === '' ? `${name};` : `${name}: ${value}`
    if (!isOfTheWay(name)) parts.push(`-H ${quoteForShell(header)}`)
  }
  if (body) parts.push(`--data-raw ${quoteForShell(body)}`)
  return parts.join(' \\\n  ')
}
