/** A notification as a program sends it that writes its body as text: decoded, in UTF-8. */

import type { HeaderPair, Notification } from '../../src/contract/notification.ts'

/** The body in this form; `null` if it is not text. */
export function toPlainText({ body, decoded }: Pick<Notification, 'body' | 'decoded'>): string | null {
  return decoded ? decoded.text : body
}

export function toPlainMessage(notification: Notification): { headers: HeaderPair[]; body: string | null } {
  const { headers, decoded } = notification
  const body = toPlainText(notification)
  if (!decoded || body === null) return { headers, body }
  return {
    headers: headers
      .filter(([name]) => name.toLowerCase() !== 'content-encoding')
      .map(([name, value]) =>
        name.toLowerCase() === 'content-type'
          ? [name, value.replace(/(;\s*charset\s*=\s*)("[^"]*"|[^\s;]*)/i, '$1utf-8')]
          : [name, value],
      ),
    body,
  }
}
