/** The schema, one entry per version. An entry that was released is never changed: add another. */

import { arrivalsSchema } from './arrivals.ts'
import { dueJobsSchema } from './jobs.ts'
import { largeBodiesSchema } from './list.ts'
import { resourcesSchema } from './resources.ts'
import { searchByTypeSchema, searchSchema } from './search.ts'
import { subscriptionsSchema } from './subscriptions.ts'

/** Columns are what is searched by or joined on; the rest of a notification is one JSON text. Times are ms since 1970. */
const notificationsSchema = `
  CREATE TABLE notifications (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    event_type TEXT,
    company INTEGER,
    ce_id TEXT,
    signature TEXT NOT NULL,
    twin_of INTEGER,
    details TEXT NOT NULL,
    body BLOB NOT NULL
  );
  CREATE INDEX notifications_by_ce_id ON notifications (ce_id, seq) WHERE ce_id IS NOT NULL;
  CREATE INDEX notifications_by_time ON notifications (received_at);
  CREATE INDEX notifications_unverified ON notifications (seq) WHERE signature <> 'valid';
`

const deliveriesSchema = `
  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL REFERENCES notifications (seq) ON DELETE CASCADE,
    target TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    replay INTEGER NOT NULL,
    sign TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms REAL,
    status INTEGER,
    error TEXT,
    response_headers TEXT NOT NULL DEFAULT '[]',
    response_body BLOB,
    verdict TEXT NOT NULL,
    sent TEXT,
    next_attempt_at INTEGER
  );
  CREATE INDEX deliveries_by_seq ON deliveries (seq, id);
  CREATE INDEX deliveries_pending ON deliveries (id) WHERE verdict = 'pending';

  -- What has still to be delivered: a row from capture until the target has answered for good.
  CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seq INTEGER NOT NULL REFERENCES notifications (seq) ON DELETE CASCADE,
    target TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    next_at INTEGER NOT NULL
  );
  CREATE INDEX jobs_by_target ON jobs (target, id);
  CREATE INDEX jobs_by_seq ON jobs (seq);
`

/** The notifications that an import brought; all others were captured here. */
const importedSchema = `
  CREATE TABLE IF NOT EXISTS imported (seq INTEGER PRIMARY KEY REFERENCES notifications (seq) ON DELETE CASCADE);
`

/**
 * The original of an id is found at once, however many copies came. An answer that equals that of the first attempt is
 * kept once, and those between the first and the last attempt are dropped.
 */
const boundsSchema = `
  DROP INDEX notifications_by_ce_id;
  CREATE INDEX notifications_by_ce_id ON notifications (ce_id, signature, seq) WHERE ce_id IS NOT NULL;
  ALTER TABLE deliveries ADD COLUMN answer_of INTEGER;
  ALTER TABLE deliveries ADD COLUMN is_dropped INTEGER NOT NULL DEFAULT 0;
`

/** From the code and the answer, the cause is derived on read. */
const causesSchema = `
  ALTER TABLE deliveries ADD COLUMN error_code TEXT;
  ALTER TABLE deliveries ADD COLUMN own_authorization INTEGER NOT NULL DEFAULT 0;
`

/** Before this version, only the address of its server told that a target was a stream. */
export const oldStreamScheme = 'nats:'

const channelSchema = `
  ALTER TABLE deliveries ADD COLUMN channel TEXT NOT NULL DEFAULT 'app';
  ALTER TABLE jobs ADD COLUMN channel TEXT NOT NULL DEFAULT 'app';
  UPDATE deliveries SET channel = 'stream' WHERE target LIKE '${oldStreamScheme}%';
  UPDATE jobs SET channel = 'stream' WHERE target LIKE '${oldStreamScheme}%';
`

export const migrations: readonly string[] = [
  notificationsSchema + deliveriesSchema + subscriptionsSchema,
  searchSchema,
  resourcesSchema,
  arrivalsSchema,
  searchByTypeSchema,
  importedSchema,
  largeBodiesSchema + dueJobsSchema + boundsSchema + causesSchema,
  channelSchema,
]
