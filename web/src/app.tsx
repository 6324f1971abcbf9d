/** The page: what it knows, the keys, and the views one below the other. */

import { useMediaQuery } from '@mantine/hooks'
import { Suspense, useCallback, useRef, useState } from 'react'
import classes from './app.module.css'
import { useExamining } from './examination.ts'
import { useKeys } from './keys.ts'
import { later } from './later.ts'
import type { Network } from './network.ts'
import { useNow } from './now.ts'
import { useReplaying } from './replaying.ts'
import { useRoute } from './route.ts'
import type { Route } from './route.ts'
import { useSelection } from './selection.ts'
import { useStore } from './store.ts'
import type { Store } from './store.ts'
import { useTitle } from './title.ts'
import { Banner } from './views/banner.tsx'
import { Locked } from './views/locked.tsx'
import { Panes } from './views/panes.tsx'
import { TopBar } from './views/top-bar.tsx'
import { Trigger } from './views/trigger.tsx'

// The list is what people come for.
const Screens = later(({ Screens }) => Screens)
const Help = later(({ Help }) => Help)

interface AppProps {
  store: Store
  network: Network
}

export function App({ store, network }: AppProps) {
  const state = useStore(store)
  const nowMs = useNow()
  const [route, go] = useRoute(
    useCallback(
      ({ seq, query }: Route) => {
        network.filter(query)
        network.open(seq)
      },
      [network],
    ),
  )
  const replaying = useReplaying(state, network, nowMs)
  const selection = useSelection(state.rows)
  const examining = useExamining()
  const filter = useRef<HTMLInputElement>(null)
  const isNarrow = useMediaQuery('(max-width: 900px)', undefined, { getInitialValueInEffect: false })
  const [triggering, setTriggering] = useState(false)
  const [helping, setHelping] = useState(false)
  useTitle(state.arrivals)

  const { status, link, rows, opened, cursor } = state
  const isLocked = link.phase === 'locked'
  const canTrigger = status?.emulatorUrl != null && !isLocked
  const open = useCallback((seq: number | null) => go({ screen: 'notifications', seq }), [go])

  function move(by: number): void {
    const at = rows.findIndex((row) => row.seq === cursor)
    const next = rows[at === -1 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]
    if (!next) return
    // On a narrow screen an opened detail hides the list, so there the cursor walks alone until Enter.
    if (isNarrow && opened === null) store.dispatch({ type: 'cursor', seq: next.seq })
    else open(next.seq)
  }

  function examine(): void {
    go({ screen: 'doctor', seq: null })
    examining.start()
  }

  /** First the detail closes, then the selection goes. */
  function leave(): void {
    if (opened === null) selection.clear()
    if (route.screen !== 'notifications' || opened !== null) open(null)
  }

  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => cursor !== null && open(cursor),
    Escape: leave,
    r: replaying.start,
    x: () => cursor !== null && selection.toggle(cursor),
    p: () => network.pause(!state.paused),
    d: () => link.phase === 'live' && examine(),
    t: () => canTrigger && setTriggering(true),
    '?': () => setHelping(true),
    '/': () => filter.current?.focus(),
  })

  return (
    <div className={classes.page}>
      <TopBar
        status={isLocked ? null : status}
        link={link}
        route={route}
        nowMs={nowMs}
        onExamine={examine}
        onHelp={() => setHelping(true)}
        trigger={canTrigger && <Trigger opened={triggering} onChange={setTriggering} />}
      />
      <Banner
        link={link}
        notice={state.notice}
        status={status}
        nowMs={nowMs}
        onRetry={network.retryNow}
        onDismiss={() => store.dispatch({ type: 'notice', notice: null })}
      />
      {isLocked ? (
        <Locked />
      ) : route.screen === 'notifications' ? (
        <Panes
          state={state}
          network={network}
          nowMs={nowMs}
          replaying={replaying}
          selection={selection}
          filter={filter}
          go={go}
          onOpen={open}
          onHelp={() => setHelping(true)}
        />
      ) : (
        <Suspense fallback={<main className={classes.rest} />}>
          <Screens
            screen={route.screen}
            state={state}
            network={network}
            nowMs={nowMs}
            examining={examining}
            onExamine={examine}
            go={go}
          />
        </Suspense>
      )}
      {helping && (
        <Suspense>
          <Help
            emulated={status?.emulatorUrl != null}
            onClose={() => setHelping(false)}
            onTry={(query) => {
              setHelping(false)
              go({ screen: 'notifications', seq: null, query })
            }}
          />
        </Suspense>
      )}
    </div>
  )
}
