/** Decides what becomes of a notification: what is forwarded, what is shared, and whether the target answers. Pure. */

import type { Notification } from '../contract/notification.ts'
import type { RespondMode } from '../contract/vocabulary.ts'
import type { Capture, CaptureOptions } from '../store/notifications.ts'

/** The settings that decide it. */
export interface Policy {
  /** `passthrough`: the target is asked before the answer, and Fatture in Cloud does the retrying, so nothing is queued. */
  respond: RespondMode
  /** Whether notifications are forwarded whose signature is invalid or missing. */
  forwardUnverified: boolean
  /** Whether only the first of several with the same CloudEvents id is forwarded. */
  dropDuplicates: boolean
  /** The stream that a team shares; `null` if nothing is shared. */
  shareTo: string | null
}

type Judged = Pick<Capture, 'kind' | 'signature'>

/** What a capture is queued for. @param targetsFor the URLs of the targets that take an event type */
export function planDelivery(
  capture: Capture,
  { respond, dropDuplicates, shareTo, ...policy }: Policy,
  targetsFor: (eventType: string | null) => string[],
): CaptureOptions {
  const isQueued = respond === 'ack' && isForwarded(capture, policy)
  return {
    targets: isQueued ? targetsFor(capture.eventType) : [],
    dropTwins: dropDuplicates,
    publishTo: isShared(capture) ? shareTo : null,
  }
}

/** Events and welcomes are forwarded if they are genuine. */
function isForwarded({ kind, signature }: Judged, { forwardUnverified }: Pick<Policy, 'forwardUnverified'>) {
  return isForApps(kind) && (signature.outcome === 'valid' || forwardUnverified)
}

/** Followers get each genuine one, duplicates included, because they have settings of their own. */
function isShared({ kind, signature }: Judged): boolean {
  return isForApps(kind) && signature.outcome === 'valid'
}

function isForApps(kind: Notification['kind']): boolean {
  return kind === 'event' || kind === 'welcome'
}

/**
 * Who answers: fic-dev, the target, or fic-dev because the target must not be asked. Anybody can write a challenge
 * beside what the target is meant to get, so it is asked only about what is trusted.
 */
export function chooseAnswerer(
  notification: Pick<Notification, 'kind' | 'signature' | 'twinOf'>,
  challenge: string | null,
  { respond, dropDuplicates, ...policy }: Policy,
): 'fic-dev' | 'target' | 'not the target' {
  const isAsked = isForwarded(notification, policy) || challenge !== null
  if (respond === 'ack' || !isAsked || (dropDuplicates && notification.twinOf !== null)) return 'fic-dev'
  const isTrusted = notification.signature.outcome === 'valid' || policy.forwardUnverified
  return isTrusted ? 'target' : 'not the target'
}
