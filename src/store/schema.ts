/** The schema, one entry per version. An entry that was released is never changed: add another. Times are ms since 1970. */

/** Longer bodies are not copied to `notification_search`; a text is looked for where they are, too. In bytes. */
export const searchedBodyBytes = 16 * 1024

/** Longer than any header that a person would look for: the token is. In characters. */
export const longestSearchedValue = 300

/** Columns are what is searched by or joined on; the rest of a notification is one JSON text. */
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

const subscriptionsSchema = `
  CREATE TABLE own_subscriptions (
    api_base TEXT NOT NULL,
    company INTEGER NOT NULL,
    id TEXT NOT NULL,
    sink TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    remembered INTEGER NOT NULL,
    origin TEXT NOT NULL,
    taken_over_from TEXT,
    asked_types TEXT NOT NULL DEFAULT '[]',
    granted_types TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (api_base, id)
  );

  CREATE TABLE verification_attempts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    api_base TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT
  );
  CREATE INDEX verification_attempts_by_subscription
    ON verification_attempts (api_base, subscription_id, number);
`

/** A narrow copy of each notification, for filters: the notifications themselves carry their claims and bodies. */
const searchSchema = `
  CREATE TABLE notification_search (
    seq INTEGER PRIMARY KEY REFERENCES notifications (seq) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    event_type TEXT,
    company INTEGER,
    ce_id TEXT,
    signature TEXT NOT NULL,
    twin_of INTEGER,
    problems INTEGER NOT NULL,
    body_bytes INTEGER NOT NULL,
    ids TEXT NOT NULL,
    text TEXT NOT NULL
  );
  CREATE INDEX notification_search_by_time ON notification_search (received_at);
  INSERT INTO notification_search
  SELECT seq, kind, received_at, event_type, company, ce_id, signature, twin_of,
    json_array_length(details, '$.problems'),
    length(body),
    coalesce((SELECT char(31) || group_concat(value, char(31)) || char(31) FROM json_each(details, '$.ids')), ''),
    CASE WHEN length(body) <= ${searchedBodyBytes} THEN CAST(body AS TEXT) ELSE '' END || char(10) ||
      coalesce((SELECT group_concat(atom, char(10)) FROM json_tree(details)
        WHERE atom IS NOT NULL AND length(atom) <= ${longestSearchedValue} AND path NOT LIKE '$.signature.claims%'), '')
  FROM notifications;
`

/** Resources that were kept with a notification. They go with it. */
const resourcesSchema = `
  CREATE TABLE resources (
    seq INTEGER NOT NULL REFERENCES notifications (seq) ON DELETE CASCADE,
    id TEXT NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (seq, id)
  ) WITHOUT ROWID;
`

/** Messages of a stream that were captured. */
const arrivalsSchema = `
  CREATE TABLE arrivals (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX arrivals_by_time ON arrivals (at);
`

/** By type, filters find the few among the many. The times are indexed here, too, so the index beside the bodies can go. */
const searchByTypeSchema = `
  CREATE INDEX notification_search_by_type ON notification_search (event_type);
  DROP INDEX IF EXISTS notifications_by_time;
`

/** The notifications that an import brought; all others were captured here. */
const importedSchema = `
  CREATE TABLE IF NOT EXISTS imported (seq INTEGER PRIMARY KEY REFERENCES notifications (seq) ON DELETE CASCADE);
`

/** Finds the few large bodies among all. */
const largeBodiesSchema = `
  CREATE INDEX notification_search_large ON notification_search (seq, body_bytes) WHERE body_bytes > ${searchedBodyBytes};
`

/** Finds what is due among a hundred thousand that wait for their next attempt. */
const dueJobsSchema = `
  CREATE INDEX jobs_by_due ON jobs (target, next_at);
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
