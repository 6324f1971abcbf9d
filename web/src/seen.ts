/** What has been seen at least once: the milestones of the checklist. Pure. */

import type { Delivery, Notification } from '../../src/contract/notification.ts'
import { isPublication } from './publication.ts'

export interface Seen {
  challenge: boolean
  welcome: boolean
  event: boolean
  answered: boolean
  /** The status of the newest answer that was not well; `null` while there is none. */
  refusedWith: number | null
}

export const nothingSeen: Seen = {
  challenge: false,
  welcome: false,
  event: false,
  answered: false,
  refusedWith: null,
}

export function sawAll(seen: Seen, notifications: Notification[]): Seen {
  return notifications.reduce((now, notification) => {
    const genuine = notification.signature.outcome === 'valid'
    const next: Seen = {
      ...now,
      challenge:
        now.challenge || (notification.kind === 'verification' && notification.answer.status === 200),
      welcome: now.welcome || (notification.kind === 'welcome' && genuine),
      event: now.event || (notification.kind === 'event' && genuine),
    }
    return notification.deliveries.reduce(sawDelivery, next)
  }, seen)
}

export function sawDelivery(seen: Seen, delivery: Delivery): Seen {
  if (isPublication(delivery)) return seen
  if (delivery.verdict === 'delivered') return { ...seen, answered: true }
  return delivery.status === null ? seen : { ...seen, refusedWith: delivery.status }
}
