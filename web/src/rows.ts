/** Keeps notifications and deliveries in order and each of them once, whatever order they come in. */

import type { Delivery, Notification } from '../../src/contract/notification.ts'
import { lastOf } from './publication.ts'

/** `rows` (newest first) with one more, or with that one renewed. */
export function insertNotification(rows: Notification[], notification: Notification): Notification[] {
  const at = rows.findIndex((row) => row.seq <= notification.seq)
  if (at === -1) return [...rows, notification]
  const old = rows[at]
  if (old?.seq !== notification.seq) return rows.toSpliced(at, 0, notification)
  return rows.with(at, { ...notification, deliveries: newerLast(old.deliveries, notification.deliveries) })
}

/** What was fetched takes the place of `rows`, but for what the stream brought since: after `asOf`. */
export function mergeNewest(rows: Notification[], fetched: Notification[], asOf: number): Notification[] {
  const newest = Math.max(asOf, fetched[0]?.seq ?? 0)
  const known = new Map(rows.map((row) => [row.seq, row]))
  const renewed = fetched.map((item) => {
    const old = known.get(item.seq)
    return old ? { ...item, deliveries: newerLast(old.deliveries, item.deliveries) } : item
  })
  return [...rows.filter((row) => row.seq > newest), ...renewed]
}

/** `deliveries` (oldest first) with one more, or with that one renewed. An answer is never undone by an older message. */
export function withDelivery(deliveries: Delivery[], delivery: Delivery): Delivery[] {
  const at = deliveries.findIndex((each) => each.id === delivery.id)
  if (at === -1) return [...deliveries, delivery].sort(byId)
  const old = deliveries[at]
  return old && isOver(old) && !isOver(delivery) ? deliveries : deliveries.with(at, delivery)
}

export function byId(a: Delivery, b: Delivery): number {
  return a.id - b.id
}

/** Whether the target has answered, or not in time. */
export function isOver(delivery: Delivery): boolean {
  return delivery.verdict !== 'pending'
}

function newerLast(old: Delivery[], fresh: Delivery[]): Delivery[] {
  return onlyLast(fresh.reduce(withDelivery, old))
}

/** The one of a row. */
export function onlyLast(deliveries: Delivery[]): Delivery[] {
  const last = lastOf(deliveries)
  return last === undefined ? [] : [last]
}
