/** Notifications in SQLite: written once, read one by one, in pages, or after a cursor. */

import type {
  CloudEventAttributes,
  Delivery,
  HeaderPair,
  Notification,
  SignatureReport,
} from '../contract/notification.ts'
import type { Mapping, NotificationKind, SignatureOutcome } from '../contract/vocabulary.ts'
import { textOf } from '../fic/read-notification.ts'
import type { Database, Row } from './database.ts'
import { isCaptured } from './drop.ts'
import { createSearch } from './filter/search.ts'

/** A notification that is about to be made durable. */
export interface Capture {
  kind: NotificationKind
  receivedAt: Date
  method: string
  path: string
  headers: HeaderPair[]
  body: Buffer
  mapping: Mapping | null
  eventType: string | null
  company: number | null
  ids: (number | string)[]
  cloudEvent: CloudEventAttributes | null
  signature: SignatureReport
  answer: { status: number; body: string | null }
  problems: string[]
}

export interface CaptureOptions {
  /** Targets that a delivery is queued for, in the same commit. */
  targets: string[]
  /** Queue nothing when it is a twin of one that came before. */
  dropTwins?: boolean
  /** A stream that it is to be published to, twin or not. */
  publishTo?: string | null
}

interface Details extends Pick<
  Notification,
  'method' | 'path' | 'headers' | 'mapping' | 'ids' | 'cloudEvent' | 'signature' | 'answer' | 'problems'
> {
  /** With NUL in it: there libsql would cut the column when it reads it. */
  eventType?: string
}

export interface Notifications {
  insert(capture: Capture): Notification
  /** Adds an exported one under a new `seq`, as it was, and marked as imported. */
  restore(capture: Capture): Notification
  /** Replaces what Fatture in Cloud got back, and adds problems; `null` when it is no longer kept. */
  answered(seq: number, answer: Notification['answer'], problems: string[]): Notification | null
  get(seq: number): Notification | null
  /** One with the raw bytes of its body. */
  captured(seq: number): { notification: Notification; body: Buffer } | null
  /** The raw bytes of the body. */
  body(seq: number): Buffer | null
  /** One as it is in a list: with its last delivery. */
  listed(seq: number): Notification | null
  /** The numbers of those after a cursor, oldest first; at most `limit`. */
  seqsAfter(seq: number, limit: number): number[]
  count(): number
  countImported(): number
  /** The highest `seq` that was ever given. */
  lastSeq(): number
  remove(seq: number): boolean
  /** The newest unsigned or invalid capture that isn't among the `kept` newest of them; `null` if there is none. */
  lastUnverified(kept: number): number | null
  /**
   * When the newest one came, of those up to `now`; a genuine one, if there is any: its token bears out the time.
   * `null` if none did.
   */
  newestAt(now: Date): Date | null
}

const columns = 'n.seq, n.kind, n.received_at, n.event_type, n.company, n.twin_of, n.details, n.body'

export function createNotifications(
  database: Database,
  lastDeliveryOf: (seq: number) => Delivery[],
): Notifications {
  const search = createSearch(database)
  const insertRow = database.prepare(
    `INSERT INTO notifications (kind, received_at, event_type, company, ce_id, signature, twin_of, details, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  // Only a genuine one can be the original: otherwise a forged one, sent first, would brand the real one a twin.
  const originalOf = (condition: string) =>
    database.prepare(
      `SELECT seq, body FROM notifications n WHERE ce_id = ? AND signature = 'valid' AND ${condition}
       ORDER BY seq LIMIT 1`,
    )
  // An imported copy carries the verdict of its exporter, so a notification that arrives is never its duplicate.
  const capturedOriginal = originalOf(isCaptured)
  const anyOriginal = originalOf('true')
  const markImported = database.prepare('INSERT INTO imported (seq) VALUES (?)')
  const updateDetails = database.prepare('UPDATE notifications SET details = ? WHERE seq = ?')
  const selectOne = database.prepare(`SELECT ${columns} FROM notifications n WHERE n.seq = ?`)
  const selectBody = database.prepare('SELECT body FROM notifications WHERE seq = ?')
  const selectAfter = database.prepare(
    'SELECT seq FROM notification_search WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  const countAll = database.prepare('SELECT count(*) AS number FROM notification_search')
  const highest = database.prepare(`SELECT seq FROM sqlite_sequence WHERE name = 'notifications'`)
  const deleteOne = database.prepare('DELETE FROM notifications WHERE seq = ?')
  const countImported = database.prepare('SELECT count(*) AS number FROM imported')
  const oldestUnverified = database.prepare(
    `SELECT seq FROM notifications n WHERE signature <> 'valid' AND ${isCaptured}
     ORDER BY seq DESC LIMIT 1 OFFSET ?`,
  )
  const newest = database.prepare(
    `SELECT coalesce(max(CASE WHEN signature = 'valid' THEN received_at END), max(received_at)) AS at
     FROM notification_search n WHERE received_at <= ? AND ${isCaptured}`,
  )
  function insertWith(capture: Capture, isImported: boolean): Notification {
    const ceId = capture.cloudEvent?.id || null
    const original = isImported ? anyOriginal : capturedOriginal
    const first = ceId === null ? null : ((original.get([ceId]) as Row | undefined) ?? null)
    const twinOf = first === null ? null : Number(first['seq'])
    const details = toDetails(capture, isImported ? [] : compareWithOriginal(capture, first))
    const receivedAt = capture.receivedAt.getTime()
    const { kind, eventType, company, body } = capture
    const { lastInsertRowid } = insertRow.run([
      kind,
      receivedAt,
      eventType,
      company,
      ceId,
      capture.signature.outcome satisfies SignatureOutcome,
      twinOf,
      JSON.stringify(details),
      body,
    ])
    const seq = Number(lastInsertRowid)
    const inserted = assemble({ seq, kind, receivedAt, eventType, company, twinOf, details, body })
    search.insert(inserted, ceId, body)
    if (isImported) markImported.run([seq])
    return inserted
  }

  return {
    insert: (capture) => insertWith(capture, false),
    restore: (capture) => insertWith(capture, true),
    answered(seq, answer, problems) {
      const row = selectOne.get([seq]) as Row | undefined
      if (row === undefined) return null
      const found = JSON.parse(String(row['details'])) as Details
      const details = { ...found, answer, problems: [...found.problems, ...problems] }
      updateDetails.run([JSON.stringify(details), seq])
      const changed = toNotification({ ...row, details: JSON.stringify(details) })
      search.update(changed, toBuffer(row['body']))
      return changed
    },
    get(seq) {
      const row = selectOne.get([seq])
      return row === undefined ? null : toNotification(row as Row)
    },
    captured(seq) {
      const row = selectOne.get([seq]) as Row | undefined
      return row === undefined ? null : { notification: toNotification(row), body: toBuffer(row['body']) }
    },
    body(seq) {
      const row = selectBody.get([seq]) as Row | undefined
      return row === undefined ? null : toBuffer(row['body'])
    },
    listed(seq) {
      const row = selectOne.get([seq])
      if (row === undefined) return null
      const notification = toNotification(row as Row)
      notification.deliveries = lastDeliveryOf(seq)
      return notification
    },
    seqsAfter: (seq, limit) => selectAfter.all([seq, limit]).map((row) => Number((row as Row)['seq'])),
    count: () => Number((countAll.get([]) as Row)['number']),
    countImported: () => Number((countImported.get([]) as Row)['number']),
    lastSeq: () => Number((highest.get([]) as Row | undefined)?.['seq'] ?? 0),
    remove: (seq) => deleteOne.run([seq]).changes > 0,
    lastUnverified: (kept) => seqOf(oldestUnverified.get([kept])),
    newestAt(now) {
      const { at } = newest.get([now.getTime()]) as Row
      return at === null ? null : new Date(Number(at))
    },
  }
}

function toDetails(capture: Capture, found: string[]): Details {
  const { method, path, headers, mapping, ids, cloudEvent, signature, answer, eventType } = capture
  const problems = [...capture.problems, ...found]
  const whole = eventType?.includes('\0') ? { eventType } : {}
  return { method, path, headers, mapping, ids, cloudEvent, signature, answer, problems, ...whole }
}

/** The token signs no part of the body, so one token may come back with another body (docs/protocol.md#5-the-signature). */
function compareWithOriginal(capture: Capture, first: Row | null): string[] {
  if (first === null || capture.signature.outcome !== 'valid') return []
  if (toBuffer(first['body']).equals(capture.body)) return []
  return [
    `Suspicious: notification ${first['seq']} came with the same id and another body. The token signs no part of the body.`,
  ]
}

interface Parts {
  seq: number
  kind: NotificationKind
  receivedAt: number
  eventType: string | null
  company: number | null
  twinOf: number | null
  details: Details
  body: Buffer
}

function assemble({ seq, kind, receivedAt, eventType, company, twinOf, details, body }: Parts): Notification {
  const { method, path, headers, mapping, ids, cloudEvent, signature, answer, problems } = details
  return {
    seq,
    kind,
    receivedAt: new Date(receivedAt).toISOString(),
    method,
    path,
    headers,
    bodyBytes: body.length,
    body: textOf(body),
    mapping,
    eventType,
    company,
    ids,
    cloudEvent,
    signature,
    answer,
    problems,
    twinOf,
    deliveries: [],
  }
}

function toNotification(row: Row): Notification {
  const details = JSON.parse(String(row['details'])) as Details
  return assemble({
    seq: Number(row['seq']),
    kind: row['kind'] as NotificationKind,
    receivedAt: Number(row['received_at']),
    eventType: details.eventType ?? (row['event_type'] as string | null),
    company: row['company'] as number | null,
    twinOf: row['twin_of'] as number | null,
    details,
    body: toBuffer(row['body']),
  })
}

function seqOf(row: unknown): number | null {
  return row === undefined ? null : Number((row as Row)['seq'])
}

/** libsql gives a blob as an ArrayBuffer. */
function toBuffer(blob: unknown): Buffer {
  return Buffer.from(blob as ArrayBuffer)
}
