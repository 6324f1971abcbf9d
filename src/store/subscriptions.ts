/** What this project knows about subscriptions of its own: which they are, and every verification that it asked for. */

import type { VerificationAttempt } from '../contract/status.ts'
import type { Origin } from '../contract/vocabulary.ts'
import type { Database, Row, Statement } from './database.ts'

export interface OwnSubscription {
  /** Base URL of the API that holds it: the emulator counts from SUB1 as Fatture in Cloud does. */
  apiBase: string
  company: number
  id: string
  /** The sink that we gave it last. */
  sink: string
  createdAt: Date
  origin: Origin
  /** The sink that it had before the take-over; `null` for the other origins. */
  takenOverFrom: string | null
  /** The event types that it was last asked to hold, and those that Fatture in Cloud then gave: they can differ. */
  askedTypes: string[]
  grantedTypes: string[]
}

/** One row of the history, to be settled when its outcome is known. */
export type AttemptNumber = number

export interface SubscriptionRecords {
  /** The subscription that this project keeps: the one remembered last. */
  own(apiBase: string, company: number): OwnSubscription | null
  /** All that are remembered, the latest first. */
  all(apiBase: string, company: number): OwnSubscription[]
  /** Writes it down, or overwrites what is known about it. */
  remember(own: OwnSubscription): void
  /** It was made here by hand for a receiver elsewhere: it is of this project, and the keeper leaves it alone. */
  rememberByHand(own: Omit<OwnSubscription, 'origin' | 'takenOverFrom'>): void
  isMadeByHand(apiBase: string, id: string): boolean
  /** It is no longer ours. Its attempts stay: Fatture in Cloud goes on counting them. */
  forget(apiBase: string, id: string): void
  /** Oldest first. */
  attempts(apiBase: string, subscriptionId: string): VerificationAttempt[]
  recordAttempt(apiBase: string, attempt: VerificationAttempt): AttemptNumber
  settleAttempt(number: AttemptNumber, outcome: VerificationAttempt['outcome'], detail: string | null): void
  /** It turned out to be verified after all: so the latest attempt came through, unless it was refused. */
  settleVerified(apiBase: string, subscriptionId: string): void
  /** Attempts of before a moment, left `unknown` by a crash, have failed. */
  settleFailed(apiBase: string, subscriptionId: string, before: Date): void
  /** For an id that begins anew, as after a reset of the emulator. */
  forgetAttempts(apiBase: string, subscriptionId: string): void
}

/** The records of a project, on its one connection. Every call is durable when it returns: `syncNow` sees to it. */
export function createSubscriptionRecords(database: Database, syncNow: () => void): SubscriptionRecords {
  const write = (statement: Statement, values: unknown[]) => {
    const result = statement.run(values)
    syncNow()
    return result
  }
  const selectOwn = database.prepare(
    `SELECT api_base, company, id, sink, created_at, origin, taken_over_from, asked_types, granted_types
     FROM own_subscriptions WHERE api_base = ? AND company = ? AND origin <> 'by-hand'
     ORDER BY remembered DESC`,
  )
  // The order of first remembering decides which one is kept, so an update leaves it alone.
  const upsertOwn = database.prepare(
    `INSERT INTO own_subscriptions
       (api_base, company, id, sink, created_at, origin, taken_over_from, asked_types, granted_types, remembered)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(remembered), 0) + 1 FROM own_subscriptions))
     ON CONFLICT (api_base, id) DO UPDATE SET
       company = excluded.company, sink = excluded.sink, created_at = excluded.created_at,
       origin = excluded.origin, taken_over_from = excluded.taken_over_from,
       asked_types = excluded.asked_types, granted_types = excluded.granted_types`,
  )
  const selectByHand = database.prepare(
    "SELECT id FROM own_subscriptions WHERE api_base = ? AND id = ? AND origin = 'by-hand'",
  )
  const deleteOwn = database.prepare('DELETE FROM own_subscriptions WHERE api_base = ? AND id = ?')
  const selectAttempts = database.prepare(
    `SELECT subscription_id, at, cause, outcome, detail
     FROM verification_attempts WHERE api_base = ? AND subscription_id = ? ORDER BY number`,
  )
  const insertAttempt = database.prepare(
    `INSERT INTO verification_attempts (api_base, subscription_id, at, cause, outcome, detail)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const updateAttempt = database.prepare(
    'UPDATE verification_attempts SET outcome = ?, detail = ? WHERE number = ?',
  )
  const updateLatest = database.prepare(
    `UPDATE verification_attempts SET outcome = 'verified', detail = 'seen later'
     WHERE outcome <> 'verified' AND number = (
       SELECT max(number) FROM verification_attempts
       WHERE api_base = ? AND subscription_id = ? AND outcome <> 'refused')`,
  )
  const updateUnknown = database.prepare(
    `UPDATE verification_attempts SET outcome = 'failed', detail = 'no verification was seen'
     WHERE api_base = ? AND subscription_id = ? AND outcome = 'unknown' AND at <= ?`,
  )
  const deleteAttempts = database.prepare(
    'DELETE FROM verification_attempts WHERE api_base = ? AND subscription_id = ?',
  )

  const all: SubscriptionRecords['all'] = (apiBase, company) =>
    selectOwn.all([apiBase, company]).map((row) => toOwn(row as Row))

  const remember = (own: Omit<OwnSubscription, 'origin'> & { origin: string }) =>
    void write(upsertOwn, [
      own.apiBase,
      own.company,
      own.id,
      own.sink,
      own.createdAt.getTime(),
      own.origin,
      own.takenOverFrom,
      JSON.stringify(own.askedTypes),
      JSON.stringify(own.grantedTypes),
    ])

  return {
    all,
    own: (apiBase, company) => all(apiBase, company)[0] ?? null,
    remember,
    rememberByHand: (own) => remember({ ...own, origin: 'by-hand', takenOverFrom: null }),
    isMadeByHand: (apiBase, id) => selectByHand.all([apiBase, id]).length > 0,
    forget: (apiBase, id) => void write(deleteOwn, [apiBase, id]),
    attempts: (apiBase, subscriptionId) =>
      selectAttempts.all([apiBase, subscriptionId]).map((row) => toAttempt(row as Row)),
    recordAttempt(apiBase, { subscriptionId, at, cause, outcome, detail }) {
      const row = [apiBase, subscriptionId, Date.parse(at), cause, outcome, detail]
      return Number(write(insertAttempt, row).lastInsertRowid)
    },
    settleAttempt: (number, outcome, detail) => void write(updateAttempt, [outcome, detail, number]),
    settleVerified: (apiBase, subscriptionId) => void write(updateLatest, [apiBase, subscriptionId]),
    settleFailed: (apiBase, subscriptionId, before) =>
      void write(updateUnknown, [apiBase, subscriptionId, before.getTime()]),
    forgetAttempts: (apiBase, subscriptionId) => void write(deleteAttempts, [apiBase, subscriptionId]),
  }
}

function toOwn(row: Row): OwnSubscription {
  return {
    apiBase: String(row['api_base']),
    company: Number(row['company']),
    id: String(row['id']),
    sink: String(row['sink']),
    createdAt: new Date(Number(row['created_at'])),
    origin: row['origin'] as OwnSubscription['origin'],
    takenOverFrom: row['taken_over_from'] as string | null,
    askedTypes: JSON.parse(String(row['asked_types'])) as string[],
    grantedTypes: JSON.parse(String(row['granted_types'])) as string[],
  }
}

function toAttempt(row: Row): VerificationAttempt {
  return {
    at: new Date(Number(row['at'])).toISOString(),
    subscriptionId: String(row['subscription_id']),
    cause: row['cause'] as VerificationAttempt['cause'],
    outcome: row['outcome'] as VerificationAttempt['outcome'],
    detail: row['detail'] as string | null,
  }
}
