/** The latest notifications, from the running daemon if it answers at once. */

import type { NotificationPage } from '../../contract/api.ts'
import type { Notification } from '../../contract/notification.ts'
import { findDaemon } from '../../daemon/find-daemon.ts'
import { askJson } from '../../http/json.ts'

/** Somebody waits for the key that they pressed. */
const patienceMs = 1_000

/** Empty where there is no daemon, or none that answers. */
export async function latestNotifications(dataDir: string): Promise<Notification[]> {
  try {
    const daemon = await findDaemon(dataDir, patienceMs)
    if (!daemon) return []
    const answer = await askJson(new URL('/api/notifications?limit=30', daemon.inspectorUrl), {
      headers: { authorization: `Bearer ${daemon.token}` },
      timeoutMs: patienceMs,
    })
    if (!answer.isAnswered || answer.status !== 200) return []
    // Both sides are of one version.
    return (answer.json as NotificationPage).items
  } catch {
    return []
  }
}
