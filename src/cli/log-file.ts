/** The file that a daemon in the background prints to: private, next to the store, and bounded. */

import { closeSync, copyFileSync, openSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { protect } from '../replace-file.ts'
import { prepareDataDir } from '../store/data-dir.ts'

export function logFileOf(dataDir: string): string {
  return join(dataDir, 'fic-dev.log')
}

/** The older half, once the file has been too long. */
export function olderLogOf(logFile: string): string {
  return `${logFile}.1`
}

/**
 * Opens it for a process that is about to start. Returns the descriptor.
 * @throws FicDevError DATA_DIR_UNUSABLE
 */
export function openLogFile(dataDir: string): number {
  prepareDataDir(dataDir)
  const file = logFileOf(dataDir)
  const descriptor = openSync(file, 'a', 0o600)
  try {
    protect(file, 0o600)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
  return descriptor
}

const mostBytes = 5_000_000
const lookEveryMs = 5_000

/**
 * Keeps the file that this process prints to from growing: what is there becomes the older half. Cut instead of renamed,
 * because the descriptor stays. Looks until the process ends.
 */
export function boundLogFile(file: string, limitBytes = mostBytes): void {
  const cutIfLong = () => {
    try {
      if (statSync(file).size <= limitBytes) return
      copyFileSync(file, olderLogOf(file))
      protect(olderLogOf(file), 0o600)
      truncateSync(file)
    } catch {
      // Removed, or a full disk: the next look may find it otherwise.
    }
  }
  cutIfLong()
  setInterval(cutIfLong, lookEveryMs).unref()
}
