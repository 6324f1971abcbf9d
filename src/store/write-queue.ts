/** Group commit: writes that arrive in one turn of the event loop share one transaction. */

import type { Database } from './database.ts'

export interface WriteQueue {
  /** Runs a write with the next commit; resolves when it is committed, which survives the end of this process. */
  write<T>(run: () => T): Promise<T>
  /**
   * The same for what nobody outside waits for, deliveries above all: it joins the next commit, or makes one after a
   * few milliseconds. One after the other, each with a commit of its own, deliveries would wait for the disk most of the time.
   */
  writeSoon<T>(run: () => T): Promise<T>
  /** Commits what waits, now. */
  flush(): void
  /** Commits what waits; whatever comes later is rejected: libsql ends the process when a closed database is written to. */
  close(): void
}

interface Waiting {
  run: () => unknown
  settle: (error: unknown, value?: unknown) => void
}

/** The longest that `writeSoon` waits for company. */
const soonMs = 5

export function createWriteQueue(database: Database): WriteQueue {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  let waiting: Waiting[] = []
  let isDueThisTurn = false
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    const batch = waiting
    waiting = []
    isDueThisTurn = false
    clearTimeout(timer)
    timer = undefined
    if (batch.length === 0) return
    try {
      const values = transact(batch)
      batch.forEach(({ settle }, index) => settle(null, values[index]))
    } catch (thrown) {
      if (batch.length === 1) batch[0]?.settle(thrown)
      // One bad write must not fail those that only shared its commit.
      else for (const one of batch) runAlone(one)
    }
  }

  function runAlone(one: Waiting): void {
    try {
      one.settle(null, transact([one])[0])
    } catch (thrown) {
      one.settle(thrown)
    }
  }

  function transact(batch: Waiting[]): unknown[] {
    begin.run([])
    try {
      const values = batch.map(({ run }) => run())
      commit.run([])
      return values
    } catch (thrown) {
      // SQLite has already rolled back by itself after some errors (a full disk, for one).
      if (database.inTransaction) database.exec('ROLLBACK')
      throw thrown
    }
  }

  function enqueue<T>(run: () => T): Promise<T> {
    if (isClosed) return Promise.reject(new Error('the store is closed'))
    return new Promise((resolve, reject) => {
      const settle: Waiting['settle'] = (error, value) =>
        error === null ? resolve(value as T) : reject(error)
      waiting.push({ run, settle })
    })
  }

  return {
    write(run) {
      if (!isDueThisTurn && !isClosed) setImmediate(flush)
      isDueThisTurn = true
      return enqueue(run)
    },
    writeSoon(run) {
      if (!isClosed) timer ??= setTimeout(flush, soonMs)
      return enqueue(run)
    },
    flush,
    close() {
      flush()
      isClosed = true
    },
  }
}
