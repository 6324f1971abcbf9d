/**
 * Knows a database file that ended in order and was not touched since: only another one has to be read through for
 * damage, which takes a second for every 400 MB.
 */

import { readFileSync, rmSync, statSync } from 'node:fs'
import { writePrivateFile } from './data-dir.ts'

/** Notes how the file looks, after its database was closed. Without the note, the next start takes longer. */
export function noteCleanEnd(path: string): void {
  try {
    writePrivateFile(notePath(path), marksOf(path))
  } catch {
    // A full disk, or a folder in which nothing new can be made.
  }
}

/** Whether a file with these marks is as it was noted. From then on it counts as in use, until the next note. */
export function takeCleanEnd(path: string, marks: string): boolean {
  try {
    const isSame = readFileSync(notePath(path), 'utf8') === marks
    rmSync(notePath(path), { force: true })
    return isSame
  } catch {
    return false
  }
}

function notePath(path: string): string {
  return `${path}-closed`
}

/** By which a file is known again; to be taken before SQLite opens it, which writes to it. */
export function marksOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true })
  return [ino, size, mtimeNs].join(' ')
}
