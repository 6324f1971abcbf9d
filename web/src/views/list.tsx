/** The list of notifications: virtual, newest first, older pages on scrolling; it stands still while a person reads. */

import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import type { Notification } from '../../../src/contract/notification.ts'
import type { Selection } from '../selection.ts'
import { Icon } from './icons.tsx'
import classes from './list.module.css'
import { Row, rowHeight } from './row.tsx'

interface ListProps {
  rows: Notification[]
  loaded: boolean
  query: string
  cursor: number | null
  /** Where the next older page begins; `null` if all are here. */
  nextBefore: number | null
  selection: Selection
  nowMs: number
  onOpen: (seq: number) => void
  onOlder: () => void
  /** Somebody has begun to read further down, or come back to the top. */
  onDeep: (deep: boolean) => void
}

/** Older rows are asked for when so many are left below. */
const rowsAhead = 30

export function List(props: ListProps) {
  const { rows, loaded, query, cursor, nextBefore, selection, nowMs, onOpen, onOlder, onDeep } = props
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.seq ?? index,
    overscan: 8,
    // Until the list has been measured: with it the first rows stand in the first frame.
    initialRect: { width: 0, height: window.innerHeight },
  })
  const items = virtual.getVirtualItems()
  const { above, onScroll } = useStillness(rows, scroller, onDeep)

  // Another filter is another list, and begins at its top.
  useEffect(() => virtual.scrollToOffset(0), [query, virtual])

  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (nextBefore !== null && last >= rows.length - rowsAhead) onOlder()
  }, [nextBefore, last, rows.length, onOlder])

  const cursorIndex = cursor === null ? -1 : rows.findIndex((row) => row.seq === cursor)
  useEffect(() => {
    if (cursorIndex >= 0) virtual.scrollToIndex(cursorIndex, { align: 'auto' })
    // Only a moved cursor scrolls: rows that arrive above change its index, not its place.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [cursor, virtual])

  const { toggle, extend } = selection
  const onSelect = useCallback(
    (seq: number, further: boolean) => (further ? extend(seq) : toggle(seq)),
    [toggle, extend],
  )

  return (
    <div className={classes.frame}>
      {above > 0 && (
        <button type="button" className={classes.above} onClick={() => virtual.scrollToOffset(0)}>
          <Icon name="up" size={13} /> {above} new
        </button>
      )}
      <div
        ref={scroller}
        className={classes.scroller}
        onScroll={onScroll}
        role="listbox"
        tabIndex={0}
        data-picking={selection.seqs.size > 0}
        aria-busy={!loaded}
        aria-multiselectable="true"
        aria-label="Notifications, newest first"
        aria-activedescendant={cursorIndex >= 0 ? `row-${cursor}` : undefined}
      >
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map((item) => {
            const row = rows[item.index]
            if (!row) return null
            return (
              <div
                key={item.key}
                className={classes.place}
                style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
              >
                <Row
                  notification={row}
                  chosen={row.seq === cursor}
                  selected={selection.seqs.has(row.seq)}
                  nowMs={nowMs}
                  onOpen={onOpen}
                  onSelect={onSelect}
                />
              </div>
            )
          })}
        </div>
        {rows.length === 0 && <Nothing loaded={loaded} query={query} nextBefore={nextBefore} />}
        {rows.length > 0 && nextBefore !== null && <p className={classes.foot}>Loading older ones…</p>}
      </div>
    </div>
  )
}

/**
 * Keeps the rows under a reader's eyes in their place while others arrive above.
 * Gives how many have arrived since the top was last in sight, and what to call on scrolling.
 */
function useStillness(
  rows: Notification[],
  scroller: RefObject<HTMLDivElement | null>,
  onDeep: (deep: boolean) => void,
): { above: number; onScroll: () => void } {
  const first = useRef<number | undefined>(undefined)
  const [above, setAbove] = useState(0)

  useLayoutEffect(() => {
    const was = first.current
    const element = scroller.current
    first.current = rows[0]?.seq
    if (!element || was === undefined || element.scrollTop < rowHeight) return
    const arrived = rows.findIndex((row) => row.seq <= was)
    if (arrived <= 0) return
    element.scrollBy(0, arrived * rowHeight)
    setAbove((before) => before + arrived)
  }, [rows, scroller])

  function onScroll(): void {
    if (!scroller.current) return
    const deep = scroller.current.scrollTop >= rowHeight
    if (!deep) setAbove(0)
    onDeep(deep)
  }

  return { above, onScroll }
}

function Nothing({ loaded, query, nextBefore }: Pick<ListProps, 'loaded' | 'query' | 'nextBefore'>) {
  if (!loaded) return <p className={classes.nothing}>Loading…</p>
  // A search through many texts comes back every few seconds.
  if (nextBefore !== null) return <p className={classes.nothing}>Searching before no. {nextBefore}…</p>
  if (query) return <p className={classes.nothing}>Nothing matches this filter.</p>
  return (
    <p className={classes.nothing}>
      No notifications yet.
      <br />
      They appear here the moment they come.
    </p>
  )
}
