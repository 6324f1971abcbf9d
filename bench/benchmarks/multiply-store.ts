/** Makes a store many times as large by copying what is in it, in a fraction of the time that captures would take. */

import { join } from 'node:path'
import Libsql from 'libsql'

/** Of each table the columns that must differ from copy to copy, as SQL; `?1` is the number of the copy. */
const changing: Record<string, Record<string, string>> = {
  notifications: { seq: 'seq + ?1 * 1000', ce_id: "ce_id || '-' || ?1", received_at: 'received_at + ?1' },
  notification_search: {
    seq: 'seq + ?1 * 1000',
    ce_id: "ce_id || '-' || ?1",
    received_at: 'received_at + ?1',
  },
  deliveries: { seq: 'seq + ?1 * 1000', id: 'id + ?1 * 1000' },
}

/** The store in `dir` holds notifications 1 to 1,000, one delivery each; afterwards `times` as many. */
export function multiplyStore(dir: string, times: number): void {
  const database = new Libsql(join(dir, '.fic-dev', 'fic-dev.db'))
  database.pragma('synchronous = OFF')
  database.pragma('journal_mode = OFF')
  const copies = Object.entries(changing).map(([table, changes]) => {
    const columns = (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name)
    const values = columns.map((name) => changes[name] ?? name)
    return database.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')} FROM ${table} WHERE seq <= 1000`,
    )
  })
  database.exec('BEGIN')
  for (let copy = 1; copy < times; copy++) {
    for (const statement of copies) statement.run([copy])
  }
  database.exec('COMMIT')
  database.close()
}
