/** `.fic-dev/daemon.json`: how the command line and scripts find the running daemon of a project. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DaemonFile } from '../contract/api.ts'
import { readPrivateJson, writePrivateFile } from '../store/data-dir.ts'

const fileName = 'daemon.json'

export function writeDaemonFile(dataDir: string, content: DaemonFile): void {
  writePrivateFile(join(dataDir, fileName), `${JSON.stringify(content, null, 2)}\n`)
}

/** The running daemon as it wrote itself down; `null` when there is none, or its process is gone. */
export function readDaemonFile(dataDir: string): DaemonFile | null {
  const found = readPrivateJson(join(dataDir, fileName)) as Partial<DaemonFile> | null
  if (typeof found?.pid !== 'number' || typeof found.inspectorUrl !== 'string') return null
  if (typeof found.token !== 'string' || !isAlive(found.pid)) return null
  return found as DaemonFile
}

/** Only our own: after the data directory was removed, another daemon may have written its file there. */
export function removeDaemonFile(dataDir: string): void {
  const found = readPrivateJson(join(dataDir, fileName)) as Partial<DaemonFile> | null
  if (found?.pid === process.pid) rmSync(join(dataDir, fileName), { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    // EPERM: it lives, and belongs to somebody else.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
  }
}
