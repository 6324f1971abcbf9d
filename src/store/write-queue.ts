/** Group commit: writes that arrive in one turn of the event loop share one transaction, and so one sync of the disk. */

import type { Database } from './database.ts'

export interface WriteQueue {
  /** Runs a write with the next commit; resolves when it is durable, rejects when it could not be made so. */
  write<T>(run: () => T): Promise<T>
  /** Commits what waits, now. */
  flush(): void
}

interface Waiting {
  run: () => unknown
  settle: (error: unknown, value?: unknown) => void
}

export function createWriteQueue(database: Database): WriteQueue {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  let waiting: Waiting[] = []

  function flush(): void {
    const batch = waiting
    waiting = []
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

  function write<T>(run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(flush)
      const settle: Waiting['settle'] = (error, value) =>
        error === null ? resolve(value as T) : reject(error)
      waiting.push({ run, settle })
    })
  }

  return { write, flush }
}
