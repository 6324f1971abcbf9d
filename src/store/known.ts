/** Recognizes requests that the store already holds, so that an import doesn't add them again. */

import { createHash } from 'node:crypto'
import type { HeaderPair } from '../contract/notification.ts'
import { createTurns } from '../turns.ts'
import type { Database, Row } from './database.ts'

/** What makes a request the same. */
interface KnownRequest {
  receivedAt: Date
  headers: HeaderPair[]
  body: Buffer
}

export interface KnownRequests {
  /** Reads what the store holds of the times of these requests. */
  load(requests: readonly KnownRequest[]): Promise<void>
  /** Whether the store still holds one; its time must have been loaded. */
  has(request: KnownRequest): boolean
}

/** An export is in the order of capture, so the times that a line needs next are near those of the last one. */
const mostPrints = 50_000

const readAtOnce = 100

/** Looks only at notifications up to a `seq`: what the import itself added is not known. */
export function createKnownRequests(database: Database, upTo: number): KnownRequests {
  const selectOfTime = database.prepare(
    `SELECT n.seq, n.details, n.body FROM notification_search s JOIN notifications n ON n.seq = s.seq
     WHERE s.received_at = ? AND s.seq > ? AND s.seq <= ? ORDER BY s.seq LIMIT ${readAtOnce}`,
  )
  const selectOne = database.prepare('SELECT 1 FROM notification_search WHERE seq = ?')
  /** By time, then by fingerprint: the `seq`. */
  const byTime = new Map<number, Map<string, number>>()
  let prints = 0

  async function read(time: number, turn: ReturnType<typeof createTurns>): Promise<Map<string, number>> {
    const found = new Map<string, number>()
    let cursor = 0
    for (;;) {
      const rows = selectOfTime.all([time, cursor, upTo]) as Row[]
      for (const row of rows) {
        const { headers } = JSON.parse(String(row['details'])) as Pick<KnownRequest, 'headers'>
        cursor = Number(row['seq'])
        found.set(toPrint(headers, Buffer.from(row['body'] as ArrayBuffer)), cursor)
        await turn()
      }
      if (rows.length < readAtOnce) return found
    }
  }

  /** The times that were loaded first go first, but for those that are needed now. */
  function makeRoom(needed: ReadonlySet<number>): void {
    for (const [time, ofTime] of byTime) {
      if (prints <= mostPrints) return
      if (needed.has(time)) continue
      byTime.delete(time)
      prints -= ofTime.size + 1
    }
  }

  return {
    async load(requests) {
      const turn = createTurns()
      const times = new Set(requests.map(({ receivedAt }) => receivedAt.getTime()))
      for (const time of times) {
        if (byTime.has(time)) continue
        const ofTime = await read(time, turn)
        byTime.set(time, ofTime)
        prints += ofTime.size + 1
      }
      makeRoom(times)
    },
    has({ receivedAt, headers, body }) {
      const seq = byTime.get(receivedAt.getTime())?.get(toPrint(headers, body))
      // It may have been removed since.
      return seq !== undefined && selectOne.get([seq]) !== undefined
    },
  }
}

function toPrint(headers: readonly HeaderPair[], body: Buffer): string {
  return createHash('sha256').update(JSON.stringify(headers)).update('\n').update(body).digest('base64url')
}
