/** Writes a notification as one CloudEvent in JSON, whatever mapping it came in. */

import type { Notification } from '../../src/contract/notification.ts'

/** `null` for what is no CloudEvent. As Fatture in Cloud writes it in the structured mapping (protocol section 4). */
export function toCloudEvent({ cloudEvent, ids }: Notification): string | null {
  if (cloudEvent === null) return null
  return JSON.stringify({ ...cloudEvent, datacontenttype: 'application/json', data: { ids } }, null, 2)
}
