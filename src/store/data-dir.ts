/** The project's data dir: readable by its owner only, and never part of a commit. */

import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { FicDevError, messageOf } from '../errors.ts'
import { protect, replaceFile } from '../replace-file.ts'

/**
 * Makes the data dir where it is missing and closes it to others.
 * @throws FicDevError DATA_DIR_UNUSABLE
 */
export function prepareDataDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    protect(dir, 0o700)
    const gitignore = join(dir, '.gitignore')
    if (!existsSync(gitignore)) writePrivateFile(gitignore, '*\n')
  } catch (thrown) {
    throw new FicDevError(
      'DATA_DIR_UNUSABLE',
      `The data dir ${dir} cannot be written: ${messageOf(thrown)}.`,
      {
        hint: 'Give your user the right to write there, or name another one with --data-dir.',
        cause: thrown,
      },
    )
  }
}

export function writePrivateFile(path: string, text: string): void {
  replaceFile(path, text, 0o600)
}

/** Renames a file, with those that SQLite keeps beside it. Returns the new path. */
export function setAside(path: string, reason: 'damaged' | 'replaced'): string {
  const aside = `${path}.${reason}-${new Date().toISOString().replaceAll(':', '-')}`
  renameSync(path, aside)
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  return aside
}

/** The JSON of a private file; `null` when there is none or it is damaged. */
export function readPrivateJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
