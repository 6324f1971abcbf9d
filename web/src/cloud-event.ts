/** Writes a notification as one CloudEvent in JSON, whatever mapping it came in. */

import type { HeaderPair, Notification } from '../../src/contract/notification.ts'
import { layOutText } from './json-tokens.ts'
import { toPlainText } from './plain-message.ts'

/**
 * `null` for what is no CloudEvent in JSON. As Fatture in Cloud writes it in the structured mapping (docs/protocol.md#4-notifications):
 * in the binary one, the body already has the member `data`, so its text becomes that of the event, with all digits.
 */
export function toCloudEvent(notification: Notification): string | null {
  const { cloudEvent, mapping, headers } = notification
  const body = (toPlainText(notification) ?? '').trim()
  if (cloudEvent === null) return null
  if (mapping === 'structured') return layOutText(body)
  const contentType = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  const attributes = {
    ...Object.fromEntries(Object.entries(cloudEvent).filter(([, value]) => value !== '')),
    ...toExtensions(headers, Object.keys(cloudEvent)),
    datacontenttype: contentType ?? 'application/json',
  }
  const start = JSON.stringify(attributes).slice(0, -1)
  const members = /^\{(.*)\}$/s.exec(body)?.[1] ?? (body === '' ? '' : `"data":${body}`)
  return layOutText(members.trim() === '' ? `${start}}` : `${start},${members}}`)
}

/** Of repeated headers, the first counts. */
function toExtensions(headers: readonly HeaderPair[], known: readonly string[]): Record<string, string> {
  const extensions: Record<string, string> = {}
  for (const [header, value] of headers) {
    const name = /^ce-([a-z0-9]+)$/i.exec(header)?.[1]?.toLowerCase() ?? 'data'
    if (name !== 'data' && !known.includes(name)) extensions[name] ??= decode(value)
  }
  return extensions
}

/** One character stands for one byte, and some of the bytes are percent-encoded. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value.replace(/[\u0080-\u00ff]|%(?![0-9a-f]{2})/gi, encodeByte))
  } catch {
    return value
  }
}

function encodeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`
}
