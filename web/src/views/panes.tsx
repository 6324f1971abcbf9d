/** The list at the left, at the right what is opened or how to begin; below 900 pixels one covers the other. */

import type { RefObject } from 'react'
import type { Network } from '../network.ts'
import type { Replaying } from '../replaying.ts'
import type { State } from '../state.ts'
import { Empty } from './empty.tsx'
import { Filter } from './filter.tsx'
import { List } from './list.tsx'
import { Opened } from './opened.tsx'
import classes from './panes.module.css'

interface PanesProps {
  state: State
  network: Network
  nowMs: number
  replaying: Replaying
  filter: RefObject<HTMLInputElement | null>
  onOpen: (seq: number | null) => void
}

/** Rows change their words once a minute at most, so that a list at rest is not drawn again. */
const rowStepMs = 60_000

export function Panes(props: PanesProps) {
  const { state, network, nowMs, filter, onOpen } = props
  const isEmpty = state.loaded && state.rows.length === 0 && !state.query
  return (
    <main className={classes.panes} data-shows={state.opened !== null || isEmpty ? 'detail' : 'list'}>
      <nav className={classes.list} aria-label="Notifications">
        <div className={classes.filter}>
          <Filter input={filter} onFilter={(query) => network.filter(query)} />
        </div>
        <List
          rows={state.rows}
          loaded={state.loaded}
          query={state.query}
          cursor={state.cursor}
          hasOlder={state.nextBefore !== null}
          nowMs={Math.floor(nowMs / rowStepMs) * rowStepMs}
          onOpen={onOpen}
          onOlder={() => network.loadOlder()}
        />
      </nav>
      <div className={classes.detail}>
        <Right {...props} />
      </div>
    </main>
  )
}

function Right({ state, nowMs, replaying, onOpen }: PanesProps) {
  const { detail, status, opened } = state
  if (detail) {
    return (
      <Opened
        notification={detail}
        rows={state.rows}
        status={status}
        nowMs={nowMs}
        replaying={replaying}
        onOpen={onOpen}
      />
    )
  }
  if (state.absent) {
    return <p className={classes.absent}>There is no notification {opened} here. It may have been removed.</p>
  }
  return <Empty status={status} seen={state.seen} />
}
