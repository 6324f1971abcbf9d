/** Writes a notification in either mapping, as Fatture in Cloud would send it (docs/protocol.md#4-notifications). */

import type { CloudEventAttributes, HeaderPair } from '../contract/notification.ts'
import { toHeaderValue } from './header-value.ts'

export interface NotificationContent {
  cloudEvent: CloudEventAttributes
  ids: readonly (number | string)[]
}

export interface WrittenNotification {
  /** The content type and, in the binary mapping, the `ce-` headers; nothing else. */
  headers: HeaderPair[]
  /** JSON text. */
  body: string
}

/** Attributes in headers, percent-encoded. An attribute that is empty is left out. */
export function toBinary({ cloudEvent, ids }: NotificationContent): WrittenNotification {
  const attributes = attributesOf(cloudEvent).map(([name, value]): HeaderPair => [
    `ce-${name}`,
    toHeaderValue(value),
  ])
  return {
    headers: [['content-type', 'application/json'], ...attributes],
    body: JSON.stringify({ data: { ids } }),
  }
}

/** Attributes in the body. An attribute that is empty is left out. */
export function toStructured({ cloudEvent, ids }: NotificationContent): WrittenNotification {
  return {
    headers: [['content-type', 'application/cloudevents+json']],
    body: JSON.stringify({
      ...Object.fromEntries(attributesOf(cloudEvent)),
      datacontenttype: 'application/json',
      data: { ids },
    }),
  }
}

function attributesOf({
  id,
  source,
  specversion,
  type,
  subject,
  time,
}: CloudEventAttributes): [string, string][] {
  return Object.entries({ id, source, specversion, type, subject, time }).filter(([, value]) => value !== '')
}
