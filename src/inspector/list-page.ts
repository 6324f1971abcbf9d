/** A page of the list as JSON text, written one item at a time, so that it ends before it is too large. */

import type { Notification } from '../contract/notification.ts'
import { createTurns } from '../turns.ts'
import type { NotificationFilter } from '../store/filter/sql.ts'
import type { Store } from '../store/store.ts'
import { toListItem } from './list-item.ts'
import type { View } from '../contract/vocabulary.ts'

/** The first item is on the page however long it is. */
const longestPageBytes = 8 * 1024 * 1024

export interface ListOptions {
  limit: number
  view: View
}

/** Returns a `NotificationPage` as JSON. */
export async function writeListPage(
  store: Pick<Store, 'find' | 'listed'>,
  filter: NotificationFilter,
  { limit, view }: ListOptions,
): Promise<string> {
  const turn = createTurns()
  // One more than asked for tells whether there is an older page.
  const { seqs, searchedTo } = await store.find(filter, limit + 1)
  const wanted = seqs.slice(0, limit)
  const items: string[] = []
  let bytes = 0
  let lastSeq: number | null = null
  for (const seq of wanted) {
    const item = toItem(store.listed(seq), view)
    if (item !== null) {
      bytes += Buffer.byteLength(item)
      if (items.length > 0 && bytes > longestPageBytes) break
      items.push(item)
    }
    lastSeq = seq
    await turn()
  }
  const isWhole = lastSeq === (wanted.at(-1) ?? null)
  const isLast = isWhole && seqs.length <= limit
  const end = isLast
    ? { nextBefore: searchedTo, ...(searchedTo !== null && { searchedTo }) }
    : { nextBefore: lastSeq }
  return `{"items":[${items.join(',')}],${JSON.stringify(end).slice(1)}`
}

/** `null` if it was removed since it was found. */
function toItem(notification: Notification | null, view: View): string | null {
  return notification === null ? null : JSON.stringify(toListItem(notification, view))
}
