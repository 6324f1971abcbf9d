/** Writes a notification as an HTTPie command that sends it again. */

import type { Notification } from '../../src/contract/notification.ts'
import { isOfTheWay } from './curl.ts'
import { toPlainMessage } from './plain-message.ts'
import { quoteForShell } from './shell-quote.ts'

/** For a POSIX shell. A body that is not text is left out: its bytes cannot be pasted. */
export function toHttpie(notification: Notification, url: string): string {
  const plain = toPlainMessage(notification)
  const headers = plain.headers
    .filter(([name]) => !isOfTheWay(name))
    .map(([name, value]) => quoteForShell(toItem(name, value)))
  const body = plain.body ? [`--raw ${quoteForShell(plain.body)}`] : []
  const request = `http --ignore-stdin ${quoteForShell(notification.method)} ${quoteForShell(url)}`
  return [request, ...headers, ...body].join(' \\\n  ')
}

/** An empty value is written with `;`. A value that begins with `=` or `@` would turn the colon into another operator. */
function toItem(name: string, value: string): string {
  if (value === '') return `${name};`
  return `${name}:${/^[=@]/.test(value) ? '\\' : ''}${value}`
}
