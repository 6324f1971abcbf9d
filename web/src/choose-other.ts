/** Chooses what a notification is most worth being compared with. Pure. */

import type { Notification } from '../../src/contract/notification.ts'

/** Its twin, else the one before it of the same type, else the nearest older one, else any. `rows` are newest first. */
export function chooseOther(
  { seq, twinOf, eventType, cloudEvent }: Notification,
  rows: Notification[],
): number | null {
  if (twinOf !== null) return twinOf
  const others = rows.filter((row) => row.seq !== seq)
  const older = others.filter((row) => row.seq < seq)
  const other =
    others.find((row) => cloudEvent !== null && row.cloudEvent?.id === cloudEvent.id) ??
    older.find((row) => eventType !== null && row.eventType === eventType) ??
    older[0] ??
    others.at(-1)
  return other?.seq ?? null
}
