/**
 * The one door to SQLite: opens the file, takes the project's lock with it, brings the schema up to date. If the files are
 * removed while they are open, it writes them again from what is still open.
 */

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type Libsql from 'libsql'
import { FicDevError, messageOf, systemCodeOf, toPackageMissing } from '../errors.ts'
import type { Logger } from '../log.ts'
import { marksOf, noteCleanEnd, takeCleanEnd } from './clean-end.ts'
import { prepareDataDir, setAside } from './data-dir.ts'
import { migrations } from './schema.ts'
import { protect, syncFolder, syncIfPossible } from '../replace-file.ts'

export type Statement = Pick<Libsql.Statement, 'run' | 'get' | 'all'>

export interface Database extends Pick<Libsql.Database, 'exec' | 'pragma' | 'inTransaction' | 'close'> {
  prepare(sql: string): Statement
}

/** A database that outlives its files: statements that were prepared go on with the new ones. */
export interface RestorableDatabase extends Database {
  /** Writes everything into the database file and begins a new log, after the log was removed. */
  renewLog(): void
  /**
   * Writes everything into a new database file, after the file was removed. Returns the new name of a file that has
   * taken its place, or `null`. With `isYielding`, a database there that holds notifications stays.
   * @throws FicDevError DATA_DIR_LOCKED if another process has a database there, DATA_DIR_UNUSABLE
   */
  restore(isYielding: boolean): string | null
}

/** A row as libsql gives it: columns by name, and a member `_metadata` that is of no use to us. */
export type Row = Record<string, unknown>

export function databasePathOf(dataDir: string): string {
  return join(dataDir, 'fic-dev.db')
}

/** The write-ahead log; it is there while the database is open. */
export function logPathOf(dataDir: string): string {
  return `${databasePathOf(dataDir)}-wal`
}

/**
 * Opens the project's database. The connection holds the file exclusively: SQLite's own lock is the lock of the
 * data dir, and the system frees it when the process dies, however that happens.
 * A damaged file is set aside and a new one begun.
 * @throws FicDevError DATA_DIR_LOCKED, STORE_NEWER, STORE_FAILED, PACKAGE_MISSING
 */
export function openDatabase(dataDir: string, log: Logger): RestorableDatabase {
  return toRestorable(openOrReplace(databasePathOf(dataDir), log), dataDir)
}

const load = createRequire(import.meta.url)

/** Loaded only here: its binary may be missing, and many commands do without the store. */
function connectTo(path: string): Libsql.Database {
  let library: typeof Libsql
  try {
    library = load('libsql')
  } catch (error) {
    throw toPackageMissing('The SQLite library', error)
  }
  return new library(path)
}

function openOrReplace(path: string, log: Logger): Libsql.Database {
  try {
    return openFile(path)
  } catch (thrown) {
    if (thrown instanceof FicDevError) throw thrown
    if (!isDamaged(thrown)) throw storeFailed(path, thrown)
    const aside = setAside(path, 'damaged')
    log.error({ path, aside, reason: messageOf(thrown) }, 'database damaged, set aside, new one begun')
    return openFile(path)
  }
}

/**
 * Closes the file and frees the lock at once. libsql itself lets go of a file only when the last of its statements was
 * collected as garbage, so the lock is given back by SQL; a file in WAL mode can only do that by leaving the mode.
 * `dataDir`, of a database that was in use: that it ended in order is noted there.
 */
export function closeDatabase(database: Database, dataDir: string | null = null): void {
  let isInOrder = false
  try {
    database.pragma('journal_mode = DELETE')
    database.pragma('locking_mode = NORMAL')
    database.prepare('SELECT count(*) FROM sqlite_schema').get([])
    isInOrder = true
  } catch {
    // Damaged, full disk, or the lock is another's: then the end of the process has to do.
  }
  database.close()
  if (isInOrder && dataDir !== null) noteCleanEnd(databasePathOf(dataDir))
}

/** Returns a function that returns how many bytes of the database are in use; what was dropped is used again. */
export function createUsedBytes(database: Pick<Database, 'prepare'>): () => number {
  const numbers = ['page_count', 'freelist_count', 'page_size'].map((name) => ({
    name,
    statement: database.prepare(`PRAGMA ${name}`),
  }))
  return () => {
    const [pages = 0, free = 0, size = 0] = numbers.map(({ name, statement }) =>
      Number((statement.get([]) as Row)[name]),
    )
    return (pages - free) * size
  }
}

function toRestorable(opened: Libsql.Database, dataDir: string): RestorableDatabase {
  const path = databasePathOf(dataDir)
  let connection = opened
  const renewals: (() => void)[] = []

  return {
    exec: (sql) => connection.exec(sql),
    pragma: (source) => connection.pragma(source),
    get inTransaction() {
      return connection.inTransaction
    },
    close: () => connection.close(),
    prepare(sql) {
      let statement = connection.prepare(sql)
      renewals.push(() => void (statement = connection.prepare(sql)))
      return {
        run: (values) => statement.run(values),
        get: (values) => statement.get(values),
        all: (values) => statement.all(values),
      }
    },
    renewLog() {
      // SQLite keeps the lock meanwhile: in exclusive mode it gives it back only when it is asked to.
      connection.pragma('journal_mode = DELETE')
      connection.pragma('journal_mode = WAL')
      connection.exec('BEGIN IMMEDIATE; COMMIT')
    },
    restore(isYielding) {
      // A project that was moved as a whole must not leave a folder behind in its old place.
      if (!existsSync(dirname(dataDir))) throw unusableFolder(dirname(dataDir))
      prepareDataDir(dataDir)
      const other = existsSync(path) ? lookAtOther(path) : 'empty'
      if (other === 'held' || (other === 'filled' && isYielding)) throw lockedBy(path)
      const draft = copyTo(`${path}.${process.pid}.new`, connection)
      const aside = existsSync(path) ? setAside(path, 'replaced') : null
      // The log of another database would be applied to this one.
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
      renameSync(draft, path)
      syncFolder(dataDir)
      const old = connection
      connection = openFile(path)
      for (const renew of renewals) renew()
      // SQLite sees that its file has moved, and touches neither this one nor its log.
      old.close()
      return aside
    },
  }
}

/** What has taken our place: `held` by another process, `filled` with notifications, or `empty`, if it is a store at all. */
function lookAtOther(path: string): 'held' | 'filled' | 'empty' {
  const other = connectTo(path)
  try {
    other.exec('BEGIN IMMEDIATE; ROLLBACK')
    return other.prepare('SELECT seq FROM notifications LIMIT 1').all([]).length > 0 ? 'filled' : 'empty'
  } catch (error) {
    return systemCodeOf(error).startsWith('SQLITE_BUSY') ? 'held' : 'empty'
  } finally {
    other.close()
  }
}

/** Returns the path. */
function copyTo(path: string, connection: Libsql.Database): string {
  rmSync(path, { force: true })
  try {
    makePrivate(path)
    connection.exec(`VACUUM INTO '${path.replaceAll("'", "''")}'`)
    syncFile(path)
    return path
  } catch (error) {
    // On a full disk half a copy would take the last room.
    rmSync(path, { force: true })
    throw error
  }
}

function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    syncIfPossible(path, () => fsyncSync(file))
  } finally {
    closeSync(file)
  }
}

function openFile(path: string): Libsql.Database {
  makePrivate(path)
  const marks = marksOf(path)
  const database = connectTo(path)
  try {
    database.pragma('locking_mode = EXCLUSIVE')
    database.pragma('journal_mode = WAL')
    // A commit writes to the log and does not wait for the disk: who needs it durable asks `createDiskSync`.
    database.pragma('synchronous = NORMAL')
    // 16 MiB of log. A page that is written often goes into the database once for all of that, not every 4 MiB.
    database.pragma('wal_autocheckpoint = 4000')
    // After a large write the log is cut back to that size.
    database.pragma(`journal_size_limit = ${64 * 1024 * 1024}`)
    database.pragma('foreign_keys = ON')
    database.exec('BEGIN IMMEDIATE; COMMIT')
    // Only now: another process that holds the file has its own say about its end.
    if (!takeCleanEnd(path, marks)) checkPages(database)
    migrate(database, path)
    return database
  } catch (thrown) {
    closeDatabase(database)
    throw systemCodeOf(thrown).startsWith('SQLITE_BUSY') ? lockedBy(path, thrown) : thrown
  }
}

/** SQLite would make it readable by all; the files beside it get the same mode. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600))
  protect(path, 0o600)
}

/** A damaged page would else be met only by whoever reads it, in the middle of the work, after every start again. */
function checkPages(database: Libsql.Database): void {
  const found = (database.prepare('PRAGMA quick_check(1)').get([]) as Row)['quick_check']
  if (found !== 'ok') throw new DamagedFile(String(found))
}

class DamagedFile extends Error {}

function migrate(database: Libsql.Database, path: string): void {
  const version = Number((database.prepare('PRAGMA user_version').get([]) as Row)['user_version'])
  if (version > migrations.length) {
    throw new FicDevError(
      'STORE_NEWER',
      `The store ${path} was written by a newer fic-dev (schema ${version}, this one knows ${migrations.length}).`,
      { hint: 'Update fic-dev, or give this one a data dir of its own with --data-dir.' },
    )
  }
  migrations.slice(version).forEach((statements, index) => {
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(statements)
      database.exec(`PRAGMA user_version = ${version + index + 1}`)
      database.exec('COMMIT')
    } catch (thrown) {
      database.exec('ROLLBACK')
      throw thrown
    }
  })
}

function isDamaged(thrown: unknown): boolean {
  return thrown instanceof DamagedFile || /^SQLITE_(CORRUPT|NOTADB)/.test(systemCodeOf(thrown))
}

function lockedBy(path: string, cause?: unknown): FicDevError {
  return new FicDevError('DATA_DIR_LOCKED', `Another fic-dev holds the store ${path}.`, {
    hint: 'Stop the other one, or give this one a data dir of its own with --data-dir.',
    cause,
  })
}

function unusableFolder(folder: string): FicDevError {
  return new FicDevError('DATA_DIR_UNUSABLE', `The folder ${folder} is gone, too.`, {
    hint: 'If the project was moved, stop fic-dev and start it in the new place: the store is there.',
  })
}

function storeFailed(path: string, cause: unknown): FicDevError {
  return new FicDevError('STORE_FAILED', `The store ${path} cannot be opened: ${messageOf(cause)}.`, {
    hint: 'Is the disk full, or the folder read-only? --data-dir names another place.',
    cause,
  })
}
