/** The numbers of the latest notifications, from the running daemon if it answers at once. */

import type { NotificationPage } from '../../contract/api.ts'
import { askJson } from '../../http/json.ts'
import type { Candidate } from './candidates.ts'
import { findDaemon } from '../../daemon/find-daemon.ts'
import { subjectOf } from '../terminal/lines.ts'

/** Somebody waits for the key that they pressed. */
const patienceMs = 1_000

/** Empty where there is no daemon, or none that answers. */
export async function latestNumbers(dataDir: string): Promise<Candidate[]> {
  try {
    const daemon = await findDaemon(dataDir, patienceMs)
    if (!daemon) return []
    const answer = await askJson(new URL('/api/notifications?limit=30', daemon.inspectorUrl), {
      headers: { authorization: `Bearer ${daemon.token}` },
      timeoutMs: patienceMs,
    })
    if (!answer.isAnswered || answer.status !== 200) return []
    // Both sides are of one version.
    const { items } = answer.json as NotificationPage
    return items.map((notification) => ({ word: String(notification.seq), says: subjectOf(notification) }))
  } catch {
    return []
  }
}
