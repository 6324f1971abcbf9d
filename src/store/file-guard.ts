/**
 * Sees that the database's files were removed, renamed or replaced while they are open: SQLite would go on writing to files
 * that no next start finds. What is still open is written again in their place.
 */

import { existsSync, statSync } from 'node:fs'
import type { StoreStatus } from '../contract/status.ts'
import { FicDevError, hasCode, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { databasePathOf, logPathOf, type RestorableDatabase } from './database.ts'

export interface FileGuard {
  /**
   * Returns if what was committed is in files that the next start finds; looks at both.
   * @throws FicDevError STORE_REMOVED
   */
  confirm(): void
  /** Throws what the last look has found, and does not look. */
  demand(): void
  status(): StoreStatus
  onStatus(listener: (status: StoreStatus) => void): void
  /** Looks for the last time; returns whether the files are there. */
  close(): boolean
}

export interface FileGuardOptions {
  dataDir: string
  database: RestorableDatabase
  /** There is another write-ahead log. */
  onNewLog(): void
  log: Logger
  now(): Date
}

/** An idle store is looked at twice a second. */
const lookEveryMs = 500
/** Writing a large store again takes seconds, and fails for reasons that last. */
const retryAfterMs = 5_000

export function createFileGuard({ dataDir, database, onNewLog, log, now }: FileGuardOptions): FileGuard {
  const databasePath = databasePathOf(dataDir)
  const logPath = logPathOf(dataDir)
  const listeners: ((status: StoreStatus) => void)[] = []
  let opened = marks()
  let current: StoreStatus = { state: 'ok', since: now().toISOString(), detail: null, hint: null }
  let failure: FicDevError | null = null
  let retryAtMs = 0
  /** What it captured meanwhile must not be set aside after its end. */
  let hasMetAnother = false
  let isClosed = false

  function marks() {
    return { database: markOf(databasePath), log: markOf(logPath) }
  }

  function confirm(): void {
    if (isClosed) return
    const found = marks()
    if (found.database === opened.database && found.log === opened.log) return recovered()
    if (failure !== null && performance.now() < retryAtMs) throw failure
    try {
      restore(found.database === opened.database)
    } catch (error) {
      hasMetAnother ||= hasCode(error, 'DATA_DIR_LOCKED')
      retryAtMs = performance.now() + retryAfterMs
      throw failed(error)
    }
  }

  /** Moved away and back. */
  function recovered(): void {
    if (failure === null) return
    failure = null
    log.warn({ dataDir }, 'files of the store are there again')
    change({ state: 'ok', detail: null, hint: null })
  }

  function restore(isDatabaseThere: boolean): void {
    const what = describeLoss()
    let aside: string | null = null
    if (isDatabaseThere) database.renewLog()
    else aside = database.restore(hasMetAnother)
    onNewLog()
    opened = marks()
    failure = null
    hasMetAnother = false
    const { number } = database.prepare(countSql).get([]) as { number: number }
    const kept = aside === null ? '' : ` The file that took its place is kept as ${aside}.`
    log.debug({ dataDir, notifications: number, aside }, 'files of the store removed, written again')
    change({
      state: 'restored',
      detail: `${what} was removed or replaced while fic-dev ran. It was written again with all ${number} notifications.${kept}`,
      hint: 'To empty the store, use "fic-dev clear".',
    })
  }

  function failed(error: unknown): FicDevError {
    const detail = `${describeLoss()} was removed or replaced while fic-dev ran, and can't be written again: ${messageOf(error).replace(/\.$/, '')}. Notifications are answered 503.`
    const hint = hintOf(error)
    const isNew = failure?.message !== detail
    failure = new FicDevError('STORE_REMOVED', detail, { hint, cause: error })
    if (isNew) {
      log.debug({ dataDir, reason: messageOf(error) }, 'files of the store removed, not written again')
      change({ state: 'failed', detail, hint })
    }
    return failure
  }

  function describeLoss(): string {
    if (!existsSync(dataDir)) return `The data directory ${dataDir}`
    return markOf(databasePath) === opened.database
      ? `The write-ahead log ${logPath}`
      : `The database file ${databasePath}`
  }

  function change(status: Omit<StoreStatus, 'since'>): void {
    current = { ...status, since: now().toISOString() }
    for (const listener of listeners) listener(current)
  }

  /** Whether the files are there; what is wrong with them is in the status. */
  function look(): boolean {
    try {
      confirm()
      return true
    } catch {
      return false
    }
  }

  const timer = setInterval(look, lookEveryMs).unref()
  return {
    confirm,
    demand() {
      if (failure !== null) throw failure
    },
    status() {
      look()
      return current
    },
    onStatus: (listener) => void listeners.push(listener),
    close() {
      clearInterval(timer)
      // The next start can't save what is open now.
      retryAtMs = 0
      const areThere = look()
      isClosed = true
      return areThere
    },
  }
}

const countSql = 'SELECT count(*) AS number FROM notification_search'

/** By which a file is known again; `null` if there is none, or it can't be reached. */
function markOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev} ${ino}`
  } catch {
    return null
  }
}

function hintOf(error: unknown): string {
  if (hasCode(error, 'DATA_DIR_LOCKED')) return 'Stop this fic-dev and use the other one.'
  const own = error instanceof FicDevError ? error.hint : undefined
  return own ?? 'fic-dev retries every 5 seconds. To begin with an empty store, restart it.'
}
