/** Why sharing does not work just now, in words that stay the same while the cause does. */

import { FicDevError, messageOf } from '../errors.ts'

/** The client's errors are told by name: its classes are loaded only when needed. */
export function explainFailure(thrown: unknown, url: string): string {
  if (thrown instanceof FicDevError) return thrown.message
  const message = messageOf(thrown)
  const name = thrown instanceof Error ? thrown.name : ''
  if (/ECONNREFUSED|connection refused/i.test(message)) return `nobody listens at ${url}`
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) return `the host of ${url} cannot be found`
  if (name === 'AuthorizationError' || /authorization violation|authentication expired/i.test(message)) {
    return 'the server refuses the credentials'
  }
  if (name === 'JetStreamNotEnabled' || name === 'NoResponders' || /no responders/.test(message)) {
    return 'JetStream is not on there: start the server with "nats-server -js"'
  }
  if (name === 'PermissionViolationError') return `the server does not allow it: ${message}`
  if (name === 'TimeoutError' || /^timeout$/i.test(message)) return 'the server did not answer in time'
  return message.split('\n', 1)[0] || 'the connection was lost'
}
