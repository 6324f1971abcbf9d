/** The left half: filter, chart of the last hour, list, and what is done to selected rows. */

import { Suspense, useCallback } from 'react'
import { useHistogram } from '../histogram.ts'
import { useKnown } from '../known.ts'
import { later } from '../later.ts'
import { Chart } from './chart.tsx'
import { ListBar } from './list-bar.tsx'
import { List } from './list.tsx'
import type { PanesProps } from './panes.tsx'
import classes from './panes.module.css'

const SelectionBar = later(({ SelectionBar }) => SelectionBar)

/** Rows change their words once a minute at most, so that a list at rest is not drawn again. */
const rowStepMs = 60_000

export function ListPane({ state, network, nowMs, selection, filter, go, onOpen, onHelp }: PanesProps) {
  const live = state.link.phase === 'live'
  const known = useKnown(state.rows, live)
  const minuteMs = Math.floor(nowMs / rowStepMs) * rowStepMs
  // The minute moves the bars on even when nothing comes.
  const buckets = useHistogram(state.query, state.pulse + minuteMs, live && state.loaded)
  const onOlder = useCallback(() => network.loadOlder(), [network])
  const onDeep = useCallback((deep: boolean) => network.readDeep(deep), [network])

  return (
    <section className={classes.list} aria-label="List">
      <ListBar
        state={state}
        network={network}
        selection={selection}
        known={known}
        filter={filter}
        go={go}
        onHelp={onHelp}
      />
      <Chart buckets={buckets} query={state.query} nowMs={minuteMs} onFilter={(query) => go({ query })} />
      <List
        rows={state.rows}
        loaded={state.loaded}
        query={state.query}
        cursor={state.cursor}
        nextBefore={state.nextBefore}
        selection={selection}
        nowMs={minuteMs}
        onOpen={onOpen}
        onOlder={onOlder}
        onDeep={onDeep}
      />
      {selection.seqs.size > 0 && (
        <Suspense>
          <SelectionBar state={state} network={network} selection={selection} />
        </Suspense>
      )}
    </section>
  )
}
