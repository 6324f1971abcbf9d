/** Deliveries in SQLite: a row when an attempt begins, completed when it ends. */

import type { Delivery, HeaderPair, ReplaySignature, Verdict } from '../contract/notification.ts'
import type { Database, Row } from './database.ts'
import { streamScheme } from './jobs.ts'

/** SQL: whether a delivery was to a stream. It says nothing about the app, so it is the last one only where it is alone. */
export const isPublication = `target LIKE '${streamScheme}%'`

export interface Deliveries {
  /** The next free id. Given out here, so that an attempt need not wait for a commit to be told apart. */
  nextId(): number
  /** Writes an attempt down, or what has become of it; nothing where its notification is no longer kept. */
  write(delivery: Delivery): void
  /** Oldest first. */
  of(seq: number): Delivery[]
  /** The last one, in a list; empty when there was none. */
  lastOf(seq: number): Delivery[]
  count(): number
  /** Ends attempts that the previous process left open; they are tried again, so nothing is lost. Gives their number. */
  closeInterrupted(): number
}

export function createDeliveries(database: Database): Deliveries {
  const writeRow = database.prepare(
    `INSERT OR REPLACE INTO deliveries (id, seq, target, attempt, replay, sign, started_at, duration_ms, status,
       error, response_headers, response_body, verdict, sent, next_attempt_at)
     SELECT ?, seq, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM notifications WHERE seq = ?`,
  )
  const selectOf = database.prepare('SELECT * FROM deliveries WHERE seq = ? ORDER BY id')
  const selectLast = database.prepare(
    `SELECT * FROM deliveries WHERE seq = ? ORDER BY ${isPublication}, id DESC LIMIT 1`,
  )
  const countAll = database.prepare('SELECT count(*) AS number FROM deliveries')
  const close = database.prepare(
    `UPDATE deliveries SET verdict = 'retried', error = 'fic-dev stopped before the target answered'
     WHERE verdict = 'pending'`,
  )
  const highest = database.prepare('SELECT max(id) AS id FROM deliveries').get([]) as Row
  let lastId = Number(highest['id'] ?? 0)

  return {
    nextId: () => ++lastId,
    write(delivery) {
      const { id, seq, target, attempt, sign, durationMs, status, error, responseBody, verdict } = delivery
      writeRow.run([
        id,
        target,
        attempt,
        delivery.replay ? 1 : 0,
        sign,
        Date.parse(delivery.startedAt),
        durationMs,
        status,
        error,
        JSON.stringify(delivery.responseHeaders),
        toBlob(responseBody),
        verdict,
        delivery.sent === null ? null : JSON.stringify(delivery.sent),
        toMs(delivery.nextAttemptAt),
        seq,
      ])
    },
    of: (seq) => selectOf.all([seq]).map(toDelivery),
    lastOf: (seq) => selectLast.all([seq]).map(toDelivery),
    count: () => Number((countAll.get([]) as Row)['number']),
    closeInterrupted: () => close.run([]).changes,
  }
}

function toDelivery(value: unknown): Delivery {
  const row = value as Row
  return {
    id: Number(row['id']),
    seq: Number(row['seq']),
    target: String(row['target']),
    attempt: Number(row['attempt']),
    replay: row['replay'] === 1,
    sign: row['sign'] as ReplaySignature,
    startedAt: new Date(Number(row['started_at'])).toISOString(),
    durationMs: row['duration_ms'] as number | null,
    status: row['status'] as number | null,
    error: row['error'] as string | null,
    responseHeaders: JSON.parse(String(row['response_headers'])) as HeaderPair[],
    responseBody: fromBlob(row['response_body']),
    verdict: row['verdict'] as Verdict,
    sent: row['sent'] === null ? null : (JSON.parse(String(row['sent'])) as Delivery['sent']),
    nextAttemptAt:
      row['next_attempt_at'] === null ? null : new Date(Number(row['next_attempt_at'])).toISOString(),
  }
}

function toMs(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso)
}

/** A target's answer may hold NUL, at which libsql would cut a TEXT when it reads it. */
function toBlob(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text)
}

function fromBlob(blob: unknown): string | null {
  return blob === null ? null : Buffer.from(blob as ArrayBuffer).toString()
}
