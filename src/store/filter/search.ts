/**
 * What filters read of each notification: a narrow copy. The notifications themselves carry their claims and bodies,
 * and a filter that few fit would have to walk through all of that.
 */

import type { Notification } from '../../contract/notification.ts'
import { toPlainMessage } from '../../http/body.ts'
import type { Database } from '../database.ts'
import { longestSearchedValue, searchedBodyBytes } from '../schema.ts'

/** As filters look for ids: each between two of these. */
export const idSeparator = '\u001F'

export interface Search {
  insert(notification: Notification, ceId: string | null, body: Buffer): void
  /** After its problems or its answer have changed. */
  update(notification: Notification, body: Buffer): void
}

export function createSearch(database: Database): Search {
  const insertRow = database.prepare(
    `INSERT INTO notification_search (seq, kind, received_at, event_type, company, ce_id, signature, twin_of,
       problems, body_bytes, ids, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const updateRow = database.prepare('UPDATE notification_search SET problems = ?, text = ? WHERE seq = ?')

  return {
    insert(notification, ceId, body) {
      const { seq, kind, receivedAt, eventType, company, signature, twinOf, problems, ids } = notification
      insertRow.run([
        seq,
        kind,
        Date.parse(receivedAt),
        eventType,
        company,
        ceId,
        signature.outcome,
        twinOf,
        problems.length,
        body.length,
        ids.length === 0 ? '' : idSeparator + ids.join(idSeparator) + idSeparator,
        toText(notification, body),
      ])
    },
    update(notification, body) {
      updateRow.run([notification.problems.length, toText(notification, body), notification.seq])
    },
  }
}

/** Everything that a person may look for, a line each; no names of members, so that they are not found everywhere. */
function toText(notification: Notification, body: Buffer): string {
  const { method, path, headers, cloudEvent, eventType, signature, problems, answer } = notification
  const attributes: string[] = Object.values(cloudEvent ?? {})
  const texts = [
    body.length <= searchedBodyBytes ? toPlainMessage({ headers, body }).body.toString() : '',
    eventType ?? '',
    ...attributes,
    `${method} ${path}`,
    // In the binary mapping the attributes come as headers: once is enough, and half as much to look through.
    ...headers
      .filter(([, value]) => !attributes.includes(value))
      .map(([name, value]) => `${name}: ${value.length <= longestSearchedValue ? value : ''}`),
    ...signature.problems,
    ...problems,
    answer.body ?? '',
  ]
  return [...new Set(texts)].join('\n')
}
