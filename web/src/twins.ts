/** The twins of the opened notification. */

import { useEffect, useState } from 'react'
import type { TwinEntry } from '../../src/contract/detail.ts'
import type { Notification } from '../../src/contract/notification.ts'
import { fetchTwins } from './detail-api.ts'

const none: TwinEntry[] = []

/** Asked for when another notification is opened, and again when one more with its id has come among `rows`. */
export function useTwins({ seq, cloudEvent }: Notification, rows: Notification[]): TwinEntry[] {
  const [found, setFound] = useState({ seq: 0, twins: none })
  const id = cloudEvent?.id
  const sightings = id === undefined ? 0 : rows.filter((row) => row.cloudEvent?.id === id).length
  useEffect(() => {
    if (id === undefined) return
    let isCurrent = true
    fetchTwins(seq).then(
      (twins) => isCurrent && setFound({ seq, twins }),
      // Without an answer there is nothing to show; the page says by itself that the daemon is away.
      () => {},
    )
    return () => {
      isCurrent = false
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- one more sighting is a reason to ask again
  }, [seq, id, sightings])
  return found.seq === seq ? found.twins : none
}
