/** Opens the project's store, and says who holds it where it cannot be had. */

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
    throw new FicDevError(
      'DATA_DIR_LOCKED',
      `fic-dev runs here already: process ${holder.pid} holds ${options.dataDir}, its inspector is at ${holder.inspectorUrl}.`,
      {
        hint: 'Use that one ("fic-dev open"), stop it, or give this one a data dir of its own with --data-dir.',
        cause: thrown,
      },
    )
  }
}

function isLocked(thrown: unknown): boolean {
  return thrown instanceof FicDevError && thrown.code === 'FIC_DEV_E_DATA_DIR_LOCKED'
}
