/** Replaces a file in one step: after a crash or a power cut the old content or the new one is there, never half of it. */

import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes the content to a draft beside the file, syncs it, renames it, and syncs the folder. */
export function replaceFile(path: string, content: string | Uint8Array, mode: number): void {
  const draft = `${path}.${process.pid}.new`
  try {
    const file = openSync(draft, 'w', mode)
    try {
      fchmodSync(file, mode)
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

/** Makes the names in a folder durable: a rename or a new file is lost in a power cut otherwise. */
export function syncFolder(path: string): void {
  // Windows opens no folders, and has no need for it.
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
