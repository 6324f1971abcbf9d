/** Writes a notification as a curl command that sends it again. */

import type { Notification } from '../../src/contract/notification.ts'

/** Headers that curl sets by itself, or that belong to the way and not to the message. */
const leftOut = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding'])

/** For a POSIX shell. A body that is not text is left out: its bytes cannot be pasted. */
export function toCurl(notification: Notification, url: string): string {
  const parts = [`curl -X ${quote(notification.method)} ${quote(url)}`]
  for (const [name, value] of notification.headers) {
    if (!leftOut.has(name.toLowerCase())) parts.push(`-H ${quote(`${name}: ${value}`)}`)
  }
  if (notification.body) parts.push(`--data-raw ${quote(notification.body)}`)
  return parts.join(' \\\n  ')
}

/** Single quotes keep everything as it is, but for the quote itself. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
