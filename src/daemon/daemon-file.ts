/** `.fic-dev/daemon.json`: how the command line and scripts find the running daemon of a project. */

import { readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DaemonFile } from '../contract/api.ts'
import { systemCodeOf } from '../errors.ts'
import { readPrivateJson, writePrivateFile } from '../store/data-dir.ts'

const fileName = 'daemon.json'

export function writeDaemonFile(dataDir: string, content: Omit<DaemonFile, 'dataDir' | 'inode'>): void {
  const file: DaemonFile = { ...content, ...placeOf(dataDir) }
  writePrivateFile(join(dataDir, fileName), `${JSON.stringify(file, null, 2)}\n`)
}

/**
 * The daemon that the file names; `null` when there is none, its process is gone, or the file was copied from another
 * project. The process id may be reused, so the daemon has to prove itself as well (`findDaemon`).
 */
export function readDaemonFile(dataDir: string): DaemonFile | null {
  const found = readHolderFile(dataDir)
  return found && found.dataDir === placeOf(dataDir).dataDir ? found : null
}

/** The same, also if the folder was moved since the daemon started: the daemon still holds the store in it. */
export function readHolderFile(dataDir: string): DaemonFile | null {
  const found = readPrivateJson(join(dataDir, fileName)) as Partial<DaemonFile> | null
  if (typeof found?.pid !== 'number' || typeof found.inspectorUrl !== 'string') return null
  if (typeof found.token !== 'string' || !isAlive(found.pid)) return null
  return found.inode === placeOf(dataDir).inode ? (found as DaemonFile) : null
}

function placeOf(dataDir: string): Pick<DaemonFile, 'dataDir' | 'inode'> {
  return { dataDir: realpathSync(dataDir), inode: String(statSync(dataDir, { bigint: true }).ino) }
}

/** Only our own: after the data directory was removed, another daemon may have written its file there. */
export function removeDaemonFile(dataDir: string): void {
  const found = readPrivateJson(join(dataDir, fileName)) as Partial<DaemonFile> | null
  if (found?.pid === process.pid) rmSync(join(dataDir, fileName), { force: true })
}

/** Of a process id; it may be another program's by now. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isDefunct(pid)
  } catch (thrown) {
    // EPERM: it lives, and belongs to another user.
    return systemCodeOf(thrown) === 'EPERM'
  }
}

/** A process that has ended, but whose parent has not read its exit code. In a container, this state can last. */
function isDefunct(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    // After the name, which is in parentheses and may hold anything.
    return /^ [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ''))
  } catch {
    return false
  }
}
