/** What has still to be delivered, in SQLite: it outlives the process. */

import type { Channel } from '../contract/vocabulary.ts'
import type { Database, Row } from './database.ts'

/** A notification that a target has not yet answered for good. */
export interface Job {
  id: number
  seq: number
  target: string
  /** Attempts made so far. */
  attempts: number
  createdAt: Date
  nextAt: Date
}

/** What became of the jobs of a target that is no longer configured. */
export interface Moved {
  moved: number
  /** No target takes their type. */
  ended: number
}

export interface Jobs {
  insert(seq: number, channel: Channel, target: string, now: Date): void
  /** Those of a target that fell due first, in order of capture, but for these; at most `limit`. */
  due(target: string, now: Date, limit: number, except?: Iterable<number>): Job[]
  /** When the first of those that wait falls due, or the first of those that do `after` a time; `null` when none waits. */
  nextDue(target: string, after?: Date): Date | null
  retryAt(id: number, attempts: number, nextAt: Date): void
  /** Makes some that wait for a target due, as if they had not been tried. Returns how many, at most `limit`. */
  wakeSome(target: string, now: Date, limit: number): number
  remove(id: number): void
  /**
   * Moves some jobs of a target to others, by event type; those that have none end. At most `limit` of them.
   */
  moveSome(from: string, toTarget: (eventType: string | null) => string | null, limit: number): Moved
  /** How many wait, for one target or for all. */
  count(target?: string): number
  /** Targets of a channel that something waits for, configured or not. */
  targets(channel: Channel): string[]
}

/** Of those that are due, at least so many are put in order of capture; with all of them, each look would walk through the backlog of an outage. */
const mostDue = 1_000

export function createJobs(database: Database): Jobs {
  const insertRow = database.prepare(
    'INSERT INTO jobs (seq, channel, target, created_at, next_at) VALUES (?, ?, ?, ?, ?)',
  )
  const selectDue = database.prepare(
    `SELECT * FROM
       (SELECT * FROM jobs INDEXED BY jobs_by_due
        WHERE target = ? AND next_at <= ? AND id NOT IN (SELECT value FROM json_each(?))
        ORDER BY next_at LIMIT ?)
     ORDER BY id LIMIT ?`,
  )
  const selectNext = database.prepare(
    'SELECT min(next_at) AS next_at FROM jobs INDEXED BY jobs_by_due WHERE target = ? AND next_at > ?',
  )
  const updateRetry = database.prepare('UPDATE jobs SET attempts = ?, next_at = ? WHERE id = ?')
  const wakeThese = database.prepare(
    `UPDATE jobs SET next_at = min(created_at, :now) WHERE id IN
       (SELECT id FROM jobs INDEXED BY jobs_by_due WHERE target = :target AND next_at > :now LIMIT :limit)`,
  )
  const selectSome = database.prepare(
    `SELECT j.id, n.event_type FROM jobs j JOIN notification_search n ON n.seq = j.seq
     WHERE j.target = ? ORDER BY j.id LIMIT ?`,
  )
  const updateTarget = database.prepare('UPDATE jobs SET target = ? WHERE id = ?')
  const deleteOne = database.prepare('DELETE FROM jobs WHERE id = ?')
  const countAll = database.prepare('SELECT count(*) AS number FROM jobs')
  const countOf = database.prepare('SELECT count(*) AS number FROM jobs WHERE target = ?')
  const selectTargets = database.prepare('SELECT DISTINCT target FROM jobs WHERE channel = ?')

  return {
    insert: (seq, channel, target, now) =>
      void insertRow.run([seq, channel, target, now.getTime(), now.getTime()]),
    due: (target, now, limit, except = []) =>
      selectDue
        .all([target, now.getTime(), JSON.stringify([...except]), Math.max(limit, mostDue), limit])
        .map(toJob),
    nextDue(target, after) {
      const nextAt = (selectNext.get([target, after?.getTime() ?? -1]) as Row)['next_at']
      return nextAt === null ? null : new Date(Number(nextAt))
    },
    retryAt: (id, attempts, nextAt) => void updateRetry.run([attempts, nextAt.getTime(), id]),
    wakeSome: (target, now, limit) => wakeThese.run({ target, now: now.getTime(), limit }).changes,
    moveSome(from, toTarget, limit) {
      const rows = selectSome.all([from, limit]) as Row[]
      let ended = 0
      for (const { id, event_type: eventType } of rows) {
        const to = toTarget(eventType as string | null)
        if (to === null) ended += deleteOne.run([id]).changes
        else updateTarget.run([to, id])
      }
      return { moved: rows.length - ended, ended }
    },
    remove: (id) => void deleteOne.run([id]),
    count(target) {
      const row = target === undefined ? countAll.get([]) : countOf.get([target])
      return Number((row as Row)['number'])
    },
    targets: (channel) => selectTargets.all([channel]).map((row) => String((row as Row)['target'])),
  }
}

function toJob(value: unknown): Job {
  const row = value as Row
  return {
    id: Number(row['id']),
    seq: Number(row['seq']),
    target: String(row['target']),
    attempts: Number(row['attempts']),
    createdAt: new Date(Number(row['created_at'])),
    nextAt: new Date(Number(row['next_at'])),
  }
}
