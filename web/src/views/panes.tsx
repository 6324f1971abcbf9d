/** The list at the left, at the right what is opened or how to begin; below 900 pixels one covers the other. */

import { Suspense } from 'react'
import type { RefObject } from 'react'
import { later } from '../later.ts'
import type { Network } from '../network.ts'
import type { Replaying } from '../replaying.ts'
import type { Go } from '../route.ts'
import type { Selection } from '../selection.ts'
import type { State } from '../state.ts'
import { Empty } from './empty.tsx'
import { ListPane } from './list-pane.tsx'
import classes from './panes.module.css'

const Opened = later(({ Opened }) => Opened)

export interface PanesProps {
  state: State
  network: Network
  nowMs: number
  replaying: Replaying
  selection: Selection
  filter: RefObject<HTMLInputElement | null>
  go: Go
  onOpen: (seq: number | null) => void
  onHelp: () => void
}

export function Panes(props: PanesProps) {
  const { state } = props
  const isEmpty = state.loaded && state.rows.length === 0 && !state.query
  return (
    <main className={classes.panes} data-shows={state.opened !== null || isEmpty ? 'detail' : 'list'}>
      <ListPane {...props} />
      <div className={classes.detail}>
        <Right {...props} />
      </div>
    </main>
  )
}

function Right({ state, network, nowMs, replaying, onOpen }: PanesProps) {
  const { detail, status, opened } = state
  if (detail) {
    return (
      <Suspense fallback={<Loading />}>
        <Opened
          notification={detail}
          rows={state.rows}
          status={status}
          nowMs={nowMs}
          replaying={replaying}
          onOpen={onOpen}
          onDownload={(seq) => network.downloadBody(seq)}
        />
      </Suspense>
    )
  }
  if (state.absent) {
    return <p className={classes.absent}>There is no notification {opened} here. It may have been removed.</p>
  }
  if (opened !== null) return <Loading />
  return <Empty status={status} seen={state.seen} />
}

function Loading() {
  return <p className={classes.absent}>Loading…</p>
}
