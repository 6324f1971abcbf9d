/** Deliveries in SQLite: a row when an attempt begins, completed when it ends. */

import type { Cause, Delivery, HeaderPair } from '../contract/notification.ts'
import type { Channel, ReplaySignature, Verdict } from '../contract/vocabulary.ts'
import { ownAuthorizationCode } from '../http/answer-causes.ts'
import { findCause } from '../http/causes.ts'
import type { Database, Row } from './database.ts'

/** SQL, of a delivery `d`: a publication says nothing about the app, so it is the last one only if there is no other. */
export const lastFirst = `d.channel = '${'stream' satisfies Channel}', d.id DESC`

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
    `INSERT OR REPLACE INTO deliveries (id, seq, channel, target, attempt, replay, sign, started_at, duration_ms, status,
       error, error_code, response_headers, response_body, answer_of, verdict, sent, next_attempt_at,
       own_authorization)
     SELECT ?, seq, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM notifications WHERE seq = ?`,
  )
  const withAnswer = `SELECT d.*, CASE WHEN d.answer_of IS NULL THEN d.response_body
    ELSE (SELECT first.response_body FROM deliveries first WHERE first.id = d.answer_of) END AS answer
    FROM deliveries d WHERE d.seq = ?`
  const selectOf = database.prepare(`${withAnswer} ORDER BY d.id`)
  const selectLast = database.prepare(`${withAnswer} ORDER BY ${lastFirst} LIMIT 1`)
  const ofSameJob = 'seq = ? AND target = ? AND replay = 0 AND id < ?'
  const selectFirstAnswer = database.prepare(
    `SELECT id, response_body FROM deliveries WHERE ${ofSameJob} AND response_body IS NOT NULL ORDER BY id LIMIT 1`,
  )
  const dropAnswers = database.prepare(
    `UPDATE deliveries SET response_headers = '[]', response_body = NULL, is_dropped = answer_of IS NULL
     WHERE ${ofSameJob} AND id > ? AND (response_body IS NOT NULL OR response_headers <> '[]')`,
  )
  const countAll = database.prepare('SELECT count(*) AS number FROM deliveries')
  const close = database.prepare(
    `UPDATE deliveries SET verdict = 'retried', error_code = 'ABORTED',
       error = 'fic-dev stopped before the target answered'
     WHERE verdict = 'pending'`,
  )
  const highest = database.prepare('SELECT max(id) AS id FROM deliveries').get([]) as Row
  let lastId = Number(highest['id'] ?? 0)

  /**
   * Bounds what the answers of a night of attempts take: those between the first and the last are dropped. Returns the id
   * of the first attempt if its answer is the same.
   */
  function boundAnswers({ id, seq, target, attempt, replay, responseBody }: Delivery): number | null {
    if (attempt === 1 || replay || responseBody === null) return null
    const first = selectFirstAnswer.get([seq, target, id]) as Row | undefined
    if (first === undefined) return null
    dropAnswers.run([seq, target, id, first['id']])
    return fromBlob(first['response_body']) === responseBody ? Number(first['id']) : null
  }

  return {
    nextId: () => ++lastId,
    write(delivery) {
      const { id, seq, target, attempt, sign, durationMs, status, error, responseBody, verdict } = delivery
      const answerOf = boundAnswers(delivery)
      writeRow.run([
        id,
        delivery.channel,
        target,
        attempt,
        delivery.replay ? 1 : 0,
        sign,
        Date.parse(delivery.startedAt),
        durationMs,
        status,
        error,
        delivery.errorCode,
        JSON.stringify(delivery.responseHeaders),
        answerOf === null ? toBlob(responseBody) : null,
        answerOf,
        verdict,
        delivery.sent === null ? null : JSON.stringify(delivery.sent),
        toMs(delivery.nextAttemptAt),
        delivery.cause?.code === ownAuthorizationCode ? 1 : 0,
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
  const delivery = readRow(row)
  return { ...delivery, cause: causeOf(delivery, row['own_authorization'] === 1) }
}

function causeOf(delivery: Omit<Delivery, 'cause'>, hasOwnAuthorization: boolean): Cause | null {
  const { channel, target: url, verdict, responseHeaders: headers, responseBody: body } = delivery
  if (verdict === 'pending' || channel === 'stream') return null
  return findCause({ ...delivery, url, headers, body, hasOwnAuthorization }, verdict === 'delivered')
}

function readRow(row: Row): Omit<Delivery, 'cause'> {
  return {
    id: Number(row['id']),
    seq: Number(row['seq']),
    channel: row['channel'] as Channel,
    target: String(row['target']),
    attempt: Number(row['attempt']),
    replay: row['replay'] === 1,
    sign: row['sign'] as ReplaySignature,
    startedAt: new Date(Number(row['started_at'])).toISOString(),
    durationMs: row['duration_ms'] as number | null,
    status: row['status'] as number | null,
    error: row['error'] as string | null,
    errorCode: row['error_code'] as string | null,
    responseHeaders: JSON.parse(String(row['response_headers'])) as HeaderPair[],
    responseBody: fromBlob(row['answer']),
    ...(row['is_dropped'] === 1 && { answerDropped: true as const }),
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
