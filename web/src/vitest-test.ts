/** Writes a notification as a Vitest test of the developer's app: send it, expect that Fatture in Cloud would be content. */

import type { Notification } from '../../src/contract/notification.ts'
import { isOfTheWay } from './curl.ts'
import { toPlainMessage } from './plain-message.ts'
import { sayWhatHappened, toShortType } from './words.ts'

/** A body that is not text is left out. */
export function toVitestTest(notification: Notification, url: string): string {
  const { method, eventType, kind, signature } = notification
  const { headers, body } = toPlainMessage(notification)
  const name = `${eventType === null ? kind : toShortType(eventType)}: ${sayWhatHappened(notification)}`
  const sent = headers.filter(([header]) => !isOfTheWay(header))
  const comment = [
    '// 200, 201, 202, 204: Fatture in Cloud counts it as delivered.',
    ...(signature.outcome === 'valid'
      ? [
          '// The token in it is good for three hours: an app that checks it needs another key, or another clock, later.',
        ]
      : []),
  ]
  return `import { expect, test } from 'vitest'

test(${quote(name)}, async () => {
  const response = await fetch(${quote(url)}, {
    method: ${quote(method)},
    headers: [
${sent.map((pair) => `      [${pair.map(quote).join(', ')}],\n`).join('')}    ],
    redirect: 'manual',${body ? `\n    body: ${quote(body)},` : ''}
  })

  ${comment.join('\n  ')}
  expect([200, 201, 202, 204]).toContain(response.status)
})
`
}

/** JSON strings are JavaScript strings; line separators are written so that editors do not break them. */
function quote(text: string): string {
  return JSON.stringify(text)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`)
}
