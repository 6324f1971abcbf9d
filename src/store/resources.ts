/** Resources behind the ids of a notification, in SQLite: only where the user asked for them to be kept. */

import type { ResourceEntry } from '../contract/api.ts'
import type { Database, Row } from './database.ts'

export interface Resources {
  /** Keeps what was found, in place of what was kept for the same ids. */
  keep(seq: number, entries: readonly ResourceEntry[]): void
  /** What is kept for a notification, by id as JSON text. */
  of(seq: number): Map<string, ResourceEntry>
}

export function createResources(database: Database): Resources {
  const upsert = database.prepare('INSERT OR REPLACE INTO resources (seq, id, entry) VALUES (?, ?, ?)')
  const selectOf = database.prepare('SELECT id, entry FROM resources WHERE seq = ?')

  return {
    keep(seq, entries) {
      for (const entry of entries) {
        upsert.run([seq, JSON.stringify(entry.id), Buffer.from(JSON.stringify(entry))])
      }
    },
    of(seq) {
      const rows = selectOf.all([seq]) as Row[]
      return new Map(
        rows.map((row) => {
          const text = Buffer.from(row['entry'] as ArrayBuffer).toString()
          return [String(row['id']), JSON.parse(text) as ResourceEntry]
        }),
      )
    },
  }
}
