/** Who follows, when each was there last, and what each does not have yet. */

import type { ShareFollower } from '../contract/status.ts'
import type { ConsumerInfo, JetStreamManager } from './client.ts'
import { waitingOf } from './stream.ts'
import { followerOf, streamName } from './subject.ts'

export class Attendance {
  /** By consumer; the server remembers only when somebody got something. */
  readonly #seenAt = new Map<string, string>()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  /** All followers of all companies, by name. */
  async list(manager: JetStreamManager): Promise<ShareFollower[]> {
    const followers: ShareFollower[] = []
    for await (const info of manager.consumers.list(streamName)) {
      const follower = followerOf(info.name)
      if (follower === null) continue
      const connected = info.num_waiting > 0
      if (connected) this.#seenAt.set(info.name, this.#now().toISOString())
      const lastSeenAt = connected ? null : latest([this.#seenAt.get(info.name), ...timesOf(info)])
      followers.push({ ...follower, waiting: waitingOf(info), connected, lastSeenAt })
    }
    return followers.toSorted((one, other) => one.name.localeCompare(other.name))
  }
}

/** Typed as numbers by the client, and texts on the wire. */
function timesOf({ created, delivered, ack_floor }: ConsumerInfo): unknown[] {
  return [created, delivered.last_active, ack_floor.last_active]
}

function latest(times: unknown[]): string | null {
  const known = times
    .filter((time): time is string => typeof time === 'string')
    .map((time) => new Date(time).getTime())
    .filter((time) => !Number.isNaN(time))
  return known.length === 0 ? null : new Date(Math.max(...known)).toISOString()
}
