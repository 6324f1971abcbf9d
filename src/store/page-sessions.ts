/** The sessions of the inspector's page, kept in a private file so that they survive a restart of the daemon. */

import { join } from 'node:path'
import { readPrivateJson, writePrivateFile } from './data-dir.ts'

export interface PageSession {
  id: string
  /** 256 bits as base64url. The browser holds it as a key that scripts can use and cannot read. */
  key: string
  /** The page's origin, port included; the session is good there only. */
  origin: string
  /**
   * The daemon's own port when the session began. The origin has another if the port was forwarded. Later another
   * program may have this port, and could pass itself off as a forwarding of ours. Without it, the origin's.
   */
  daemonPort?: number
  expiresAt: string
}

export interface PageSessionFile {
  read(): PageSession[]
  write(sessions: readonly PageSession[]): void
}

export function pageSessionsOf(dataDir: string): PageSessionFile {
  const path = join(dataDir, 'sessions.json')
  return {
    read() {
      const found = readPrivateJson(path)
      return Array.isArray(found) ? (found as PageSession[]) : []
    },
    write: (sessions) => writePrivateFile(path, JSON.stringify(sessions, null, 2)),
  }
}
