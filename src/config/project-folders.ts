/** Which folders belong to the project of the working directory: what people start in a subfolder is not another project. */

import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

/**
 * The working directory and those above it up to the Git root, which is a folder with `.git` (in a worktree, a file).
 * Without a Git root it is the working directory alone. The search ends at the home directory and, as Git's own, at the
 * end of a file system.
 */
export function projectFolders(cwd: string): string[] {
  const start = realPath(cwd)
  const device = deviceOf(start)
  const home = realPath(homedir())
  const folders = [path.resolve(cwd)]
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, '.git'))) return folders
    const above = path.dirname(folder)
    // A home directory that is the working directory is that of a container or a CI runner.
    const isEnd = above === folder || (folder === home && folder !== start) || deviceOf(above) !== device
    if (isEnd) return folders.slice(0, 1)
    folders.push(above)
  }
}

/** Whether the file may be used: it is in the working directory, or belongs to this user. Links count as well. */
export function isOwnOrHere(file: string, cwd: string): boolean {
  if (!existsSync(file)) return false
  // Windows knows no user ids.
  const user = process.getuid?.()
  if (user === undefined || path.dirname(file) === path.resolve(cwd)) return true
  return lstatSync(file).uid === user && statSync(file).uid === user
}

/** The data dir that a project has already: the nearest one. `null` if there is none. */
export function findDataDir(folders: readonly string[], name: string): string | null {
  const [cwd = '.'] = folders
  const found = folders
    .map((folder) => path.join(folder, name))
    .find((dir) => isOwnOrHere(dir, cwd) && statSync(dir).isDirectory())
  return found ?? null
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return path.resolve(folder)
  }
}

/** `null` if it can't be known. */
function deviceOf(folder: string): number | null {
  return statSync(folder, { throwIfNoEntry: false })?.dev ?? null
}
