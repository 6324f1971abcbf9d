/** The project's data dir: readable by its owner only, and never part of a commit. */

import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FicDevError, messageOf } from '../errors.ts'

/**
 * Makes the data dir where it is missing and closes it to others.
 * @throws FicDevError DATA_DIR_UNUSABLE
 */
export function prepareDataDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    chmodSync(dir, 0o700)
    const gitignore = join(dir, '.gitignore')
    if (!existsSync(gitignore)) writeFileSync(gitignore, '*\n', { mode: 0o600 })
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

/** Replaces a small private file in one step, so that a crash leaves the old or the new one, never half of it. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, path)
}

/** The JSON of a private file; `null` when there is none or it is damaged. */
export function readPrivateJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
