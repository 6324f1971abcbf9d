/**
 * Makes commits durable beside the event loop. A commit only writes to the write-ahead log; what somebody outside waits
 * for is sure once the log is synced, and one sync in the thread pool covers all commits that were made before it.
 */

import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { isUnsupported, noteNoSync, syncIfPossible } from '../replace-file.ts'

export interface DiskSync {
  /** Resolves when all that is committed by now survives a power cut; rejects with the system's error. */
  synced(): Promise<void>
  /** The same before it returns, for what is rare. Throws the system's error. */
  syncNow(): void
  /** Goes on with another file, which has taken the place of the first. */
  reopen(): void
  /** Syncs for the last time; throws the system's error. */
  close(): void
}

/** How a file is synced; a test brings its own. */
type SyncFile = (file: number, callback: (error: Error | null) => void) => void

interface Waiting {
  resolve(): void
  reject(error: Error): void
}

export interface DiskSyncOptions {
  syncFile?: SyncFile
  /** Called after each sync; what it throws is thrown to all that wait for the sync. */
  confirm?: () => void
}

/** `path` is the write-ahead log, which lives as long as its database is open. */
export function createDiskSync(
  path: string,
  { syncFile = fdatasync, confirm = () => {} }: DiskSyncOptions = {},
): DiskSync {
  let file = openSync(path, 'r+')
  /** Replaced while a sync of it was under way. */
  const replaced: number[] = []
  let waiting: Waiting[] = []
  let isRunning = false
  let isClosed = false

  function run(): void {
    const covered = waiting
    waiting = []
    syncFile(file, (failure) => {
      for (const old of replaced.splice(0)) closeSync(old)
      const isWithout = failure !== null && isUnsupported(failure)
      if (isWithout) noteNoSync(path, failure)
      const error = (isWithout ? null : failure) ?? problemOf(confirm)
      for (const { resolve, reject } of covered) {
        if (error === null) resolve()
        else reject(error)
      }
      // What was committed while this one ran may have come too late for it.
      if (waiting.length > 0) return run()
      isRunning = false
      if (isClosed) closeSync(file)
    })
  }

  return {
    synced() {
      // What was flushed by the close of the store asks only now, and is covered by the last sync.
      if (isClosed) return Promise.resolve()
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        if (isRunning) return
        isRunning = true
        // After all that shared the commit have asked.
        process.nextTick(run)
      })
    },
    syncNow() {
      syncIfPossible(path, () => fdatasyncSync(file))
      confirm()
    },
    reopen() {
      if (isClosed) return
      const next = openSync(path, 'r+')
      if (isRunning) replaced.push(file)
      else closeSync(file)
      file = next
    },
    close() {
      if (isClosed) return
      isClosed = true
      try {
        syncIfPossible(path, () => fdatasyncSync(file))
      } finally {
        if (!isRunning) closeSync(file)
      }
    },
  }
}

function problemOf(act: () => void): Error | null {
  try {
    act()
    return null
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
