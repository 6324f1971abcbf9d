/** Why sharing does not work just now, in words that stay the same while the cause does, and what to do about it. */

import { FicDevError, messageOf } from '../errors.ts'
import { streamName, streamSubjects } from './subject.ts'

export interface Explanation {
  detail: string
  /** `null` where only waiting helps. */
  hint: string | null
}

interface Cause {
  /** Of the error's message; the client's errors are told by name, as its classes are loaded only when needed. */
  message?: RegExp
  name?: RegExp
  says(url: string, message: string): Explanation
}

/** The server's own words; the client wraps them in errors of several names. */
const permissionWords = /permissions violation/i

const causes: readonly Cause[] = [
  {
    message: /ECONNREFUSED|connection refused/i,
    says: (url) => ({
      detail: `${url} refused the connection`,
      hint: 'Start the server there (nats-server -js), or check host and port.',
    }),
  },
  {
    message: /ENOTFOUND|EAI_AGAIN/,
    says: (url) => ({
      detail: `the host of ${url} cannot be found`,
      hint: 'Check its name, and your network.',
    }),
  },
  {
    name: /^AuthorizationError$|^UserAuthenticationExpiredError$/,
    message: /authorization violation|authentication expired/i,
    says: () => ({
      detail: 'the server refuses the credentials',
      hint: 'Set FIC_DEV_SHARE_TOKEN, or FIC_DEV_SHARE_USER and FIC_DEV_SHARE_PASSWORD, or --share-creds, and start again.',
    }),
  },
  {
    message: /subjects overlap/i,
    says: () => ({
      detail: `another stream on the server takes the subjects "${streamSubjects}"`,
      hint: `The stream of fic-dev is called ${streamName}. Remove the other one, or run a server for the team alone.`,
    }),
  },
  {
    name: /^(JetStreamNotEnabled|NoResponders)/,
    message: /no responders/,
    says: () => ({
      detail: 'JetStream is not on there: start the server with "nats-server -js"',
      hint: 'On a server with accounts, JetStream is allowed per account.',
    }),
  },
  {
    message: permissionWords,
    says: (_url, message) => ({
      detail: `the server does not allow it: ${message}`,
      hint: 'docs/team.md says which rights a hub and a follower need at the server.',
    }),
  },
  {
    message: /certificate|self-signed|unable to verify/i,
    says: (_url, message) => ({
      detail: `the certificate of the server is not trusted: ${message}`,
      hint: 'With an authority of your own, name its file: --share-ca ./ca.pem',
    }),
  },
  {
    name: /^TimeoutError$/,
    message: /^timeout$/i,
    says: () => ({ detail: 'the server did not answer in time', hint: null }),
  },
]

export function explain(thrown: unknown, url: string): Explanation {
  if (thrown instanceof FicDevError) return { detail: thrown.message, hint: thrown.hint ?? null }
  const message = messageOf(thrown).split('\n', 1)[0] ?? ''
  const name = thrown instanceof Error ? thrown.name : ''
  const cause = causes.find((each) => each.name?.test(name) || each.message?.test(message))
  return cause?.says(url, message) ?? { detail: message || 'the connection was lost', hint: null }
}

/** The same, of one message: what is refused may be the message, and not all of sharing. */
export function explainPublication(thrown: unknown, url: string): string {
  if (isTooLarge(thrown)) {
    return 'with its headers it is larger than the server takes in one message; raise max_payload there'
  }
  // The client takes it for that when nobody listens on the subject.
  if (thrown instanceof Error && thrown.name === 'JetStreamNotEnabled')
    return 'the stream is gone; it is made again'
  const { detail } = explain(thrown, url)
  return /maximum (messages|bytes)|insufficient/i.test(detail) ? `the stream is full: ${detail}` : detail
}

/** Whether the server refused one thing, and lets the connection be. */
export function isPermission(thrown: unknown): boolean {
  return permissionWords.test(messageOf(thrown))
}

/** Refused by the client itself or for its size, and so it will be again. */
export function isUnpublishable(thrown: unknown): boolean {
  return (
    isTooLarge(thrown) || (thrown instanceof Error && /^Invalid(Subject|Argument)Error$/.test(thrown.name))
  )
}

/** What a server cannot read in what it was sent, in its own words. It closes the connection for other reasons, too. */
const unreadable = /control line|payload|parser error|protocol operation|publish subject/i

/** Why the server closed the connection over what it was sent; `null` if that was not the reason. */
export function whyUnreadable(reason: unknown): string | null {
  return reason instanceof Error && unreadable.test(reason.message) ? reason.message : null
}

/** No answer came, so nothing is known of the server. */
export function isUnanswered(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'TimeoutError'
}

/** More than the server takes in one message. */
function isTooLarge(thrown: unknown): boolean {
  return /max_payload|maximum payload|message size exceeds/i.test(messageOf(thrown))
}
