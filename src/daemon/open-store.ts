/** Opens the project's store, and says why it cannot be had. */

import type { DaemonFile } from '../contract/api.ts'
import { FicDevError } from '../errors.ts'
import { openStore, type Store, type StoreOptions } from '../store/store.ts'
import { readDaemonFile } from './daemon-file.ts'

/** @throws FicDevError as `openStore` does; DATA_DIR_LOCKED names the process that holds it, if that wrote itself down */
export function openProjectStore(options: StoreOptions): Store {
  try {
    return openStore(options)
  } catch (thrown) {
    const holder = readDaemonFile(options.dataDir)
    if (!isLocked(thrown) || holder === null) throw thrown
    throw inUse(holder, options.dataDir, thrown)
  }
}

/** `holder`: the daemon that uses the data dir. */
export function inUse(holder: DaemonFile, dataDir: string, cause?: unknown): FicDevError {
  return new FicDevError(
    'DATA_DIR_LOCKED',
    `fic-dev runs here already: process ${holder.pid} holds ${dataDir}, its inspector is at ${holder.inspectorUrl}.`,
    {
      hint: 'Use it (fic-dev open), end it (fic-dev stop), or give this one another data dir with --data-dir.',
      cause,
    },
  )
}

/** For commands that may not need the store: without the SQLite library, each use of it throws. */
export function openStoreIfPossible(options: StoreOptions): { store: Store } {
  try {
    return { store: openProjectStore(options) }
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown
    return { store: createUnusable(thrown) as Store }
  }
}

/** Has every member, at any depth, and each call but `close` throws. */
function createUnusable(error: unknown): unknown {
  const unusable: unknown = new Proxy(() => {}, {
    get: (_target, name) => (name === 'close' ? () => {} : unusable),
    apply: () => {
      throw error
    },
  })
  return unusable
}

function isLocked(thrown: unknown): boolean {
  return thrown instanceof FicDevError && thrown.code === 'FIC_DEV_E_DATA_DIR_LOCKED'
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof FicDevError && thrown.code === 'FIC_DEV_E_PACKAGE_MISSING'
}
