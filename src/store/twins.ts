/** Finds the notifications that came with the same CloudEvents id: the same one delivered again, or a forgery. */

import type { TwinEntry } from '../contract/detail.ts'
import type { SignatureOutcome } from '../contract/vocabulary.ts'
import type { Database, Row } from './database.ts'

/** The others with the id of notification `seq`, oldest first. */
export function createTwins(database: Database): (seq: number) => TwinEntry[] {
  const others = database.prepare(
    `SELECT other.seq, other.received_at, other.signature, other.body = one.body AS same_body
     FROM notifications one JOIN notifications other ON other.ce_id = one.ce_id AND other.seq <> one.seq
     WHERE one.seq = ? ORDER BY other.seq LIMIT 100`,
  )
  return (seq) =>
    others.all([seq]).map((value) => {
      const row = value as Row
      return {
        seq: Number(row['seq']),
        receivedAt: new Date(Number(row['received_at'])).toISOString(),
        signature: row['signature'] as SignatureOutcome,
        sameBody: Number(row['same_body']) === 1,
      }
    })
}
