/**
 * Files that survive a crash and that other users can't read, as far as the filesystem can do that. A Windows drive in
 * WSL, a network share or the folder of another user may refuse modes and syncs: then work goes on, with a note.
 */

import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Writes the content to a draft beside the file, syncs it, renames it, and syncs the folder. */
export function replaceFile(path: string, content: string | Uint8Array, mode: number): void {
  writeThroughDraft(path, content, mode, (draft) => renameSync(draft, path))
}

/**
 * Writes a file that does not exist yet. Returns `false`, and writes nothing, if it exists by now: two processes that
 * create the same file at the same time both go on with the content of the first one, which `readCreated` returns.
 */
export function createFile(path: string, content: string | Uint8Array, mode: number): boolean {
  let isCreated = true
  writeThroughDraft(path, content, mode, (draft) => {
    isCreated = claim(path, mode)
    if (isCreated) renameSync(draft, path)
    else rmSync(draft, { force: true })
  })
  return isCreated
}

/** An empty file has the name until the draft takes it. A rename alone would replace the file of another process. */
function claim(path: string, mode: number): boolean {
  try {
    closeSync(openSync(path, 'wx', mode))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

const claimMs = 1_000

/** The text of a file that another process may be creating. Throws what `readFileSync` throws. */
export async function readCreated(path: string): Promise<string> {
  for (const startedAt = performance.now(); ; await pause(10)) {
    const text = readFileSync(path, 'utf8')
    if (text !== '' || performance.now() - startedAt > claimMs) return text
  }
}

function writeThroughDraft(
  path: string,
  content: string | Uint8Array,
  mode: number,
  take: (draft: string) => void,
): void {
  const draft = `${path}.${process.pid}.new`
  try {
    const file = openSync(draft, 'w', mode)
    try {
      setMode(path, mode, () => fchmodSync(file, mode))
      writeFileSync(file, content)
      syncIfPossible(path, () => fsyncSync(file))
    } finally {
      closeSync(file)
    }
    take(draft)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  syncFolder(dirname(path))
}

/** Sets the mode of a file or folder. */
export function protect(path: string, mode: number): void {
  setMode(path, mode, () => chmodSync(path, mode))
}

/** Makes the names in a folder durable: a rename or a new file is lost in a power cut otherwise. */
export function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  } catch (error) {
    // Windows opens no folders, and has no need for it.
    const isClosed = ['EACCES', 'EISDIR', 'EBADF'].includes(codeOf(error))
    if (!isClosed && !isUnsupported(error)) throw error
  }
}

/** Syncs a file; a filesystem that has no sync gets a note. Throws what else goes wrong: a full or failing disk. */
export function syncIfPossible(path: string, sync: () => void): void {
  try {
    sync()
  } catch (error) {
    if (!isUnsupported(error)) throw error
    noteNoSync(path, error)
  }
}

/** Whether the filesystem refused a sync because it has none. */
export function isUnsupported(error: unknown): boolean {
  return ['EINVAL', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))
}

export function noteNoSync(path: string, error: unknown): void {
  note('sync', `${path} cannot be synced (${codeOf(error)}): a power cut may lose what was written last.`)
}

function setMode(path: string, mode: number, set: () => void): void {
  try {
    set()
  } catch (error) {
    // If the file itself is out of reach, the step after this one says so.
    if (codeOf(error) === 'ENOENT') throw error
    if ((mode & 0o077) !== 0) return
    note(
      'mode',
      `${path} cannot be closed to other users (${codeOf(error)}): its filesystem has no Unix permissions, or it belongs to another user. Others on this machine may be able to read it.`,
    )
  }
}

type NoteListener = (text: string) => void

/** Of the process, as the filesystem is: the code that writes a file is often far from the one that can show a note. */
const listeners = new Set<NoteListener>()
const noted = new Set<'mode' | 'sync'>()

/** Calls the listener with the first note of each kind. Returns the function that ends it. */
export function onFileNote(listener: NoteListener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function note(kind: 'mode' | 'sync', text: string): void {
  if (noted.has(kind)) return
  noted.add(kind)
  for (const listener of listeners) listener(text)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no code'
}
