/** Makes a fixture of a captured notification: what its sender wrote, without what must not be in a repository. Pure. */

import type { Fixture } from '../contract/fixture.ts'
import type { HeaderPair, Notification } from '../contract/notification.ts'
import { toShortName } from '../fic/event-types.ts'
import { toPlainMessage } from '../http/body.ts'
import { holdsToken, isOfTheWay } from '../redact/headers.ts'

/** In place of the token, so that an app that checks none still finds the header. */
const replacedToken = 'Bearer replaced-by-fic-dev'
/** In place of the sink's secret path. */
const replacedPath = '/fixture'

export interface FixtureOptions {
  /** Leave the token as it came: it names company, sink and app, and is good for three hours. */
  keepToken: boolean
}

/** @param body the raw bytes */
export function toFixture(notification: Notification, body: Buffer, { keepToken }: FixtureOptions): Fixture {
  const { body: _text, ...captured } = notification
  const headers = captured.headers
    .filter(([name]) => !isOfTheWay(name))
    .map(([name, value]): HeaderPair => [name, holdsToken(name) && !keepToken ? replacedToken : value])
  // A test sends text.
  const plain = toPlainMessage({ headers, body })
  return {
    version: 1,
    type: toShortName(captured.eventType ?? captured.kind),
    request: { method: captured.method, headers: joined(plain.headers), body: plain.body.toString('utf8') },
    notification: {
      ...captured,
      path: replacedPath,
      headers,
      twinOf: null,
      deliveries: [],
      ...(!keepToken && { signature: withoutToken }),
    },
    bodyBase64: body.toString('base64'),
  }
}

const withoutToken: Notification['signature'] = {
  outcome: 'missing',
  claims: [],
  problems: ['Its token was replaced when it was exported as a fixture; it was genuine.'],
}

/** Repeated headers become one, as RFC 9110 section 5.3 has it; names are small, as Node gives them to an app. */
function joined(headers: readonly HeaderPair[]): Record<string, string> {
  const byName = new Map<string, string>()
  for (const [name, value] of headers) {
    const known = byName.get(name.toLowerCase())
    byName.set(name.toLowerCase(), known === undefined ? value : `${known}, ${value}`)
  }
  return Object.fromEntries(byName)
}
