/** The page: what it knows, the keys, and the views one below the other. */

import { useMediaQuery } from '@mantine/hooks'
import { useCallback, useRef, useState } from 'react'
import classes from './app.module.css'
import { useKeys } from './keys.ts'
import type { Network } from './network.ts'
import { useNow } from './now.ts'
import { useReplaying } from './replaying.ts'
import { useRoute } from './route.ts'
import { useStore } from './store.ts'
import type { Store } from './store.ts'
import { Banner } from './views/banner.tsx'
import { Locked } from './views/locked.tsx'
import { Panes } from './views/panes.tsx'
import { TopBar } from './views/top-bar.tsx'
import { Trigger } from './views/trigger.tsx'

interface AppProps {
  store: Store
  network: Network
}

export function App({ store, network }: AppProps) {
  const state = useStore(store)
  const nowMs = useNow()
  const go = useRoute(useCallback((seq) => network.open(seq), [network]))
  const replaying = useReplaying(state, network, nowMs)
  const filter = useRef<HTMLInputElement>(null)
  const isNarrow = useMediaQuery('(max-width: 900px)', undefined, { getInitialValueInEffect: false })
  const [triggering, setTriggering] = useState(false)

  const { status, link, rows, opened, cursor } = state
  const isLocked = link.phase === 'locked'
  const canTrigger = status?.emulatorUrl != null && !isLocked

  function move(by: number): void {
    const at = rows.findIndex((row) => row.seq === cursor)
    const next = rows[at === -1 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]
    if (!next) return
    // On a narrow screen an opened detail hides the list, so there the cursor walks alone until Enter.
    if (isNarrow && opened === null) store.dispatch({ type: 'cursor', seq: next.seq })
    else go(next.seq)
  }

  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => cursor !== null && go(cursor),
    Escape: () => go(null),
    r: replaying.start,
    t: () => canTrigger && setTriggering(true),
    '/': () => filter.current?.focus(),
  })

  return (
    <div className={classes.page}>
      <TopBar
        status={isLocked ? null : status}
        link={link}
        nowMs={nowMs}
        trigger={
          canTrigger && (
            <Trigger opened={triggering} onChange={setTriggering} />
          )
        }
      />
      <Banner
        link={link}
        notice={state.notice}
        nowMs={nowMs}
        onRetry={network.retryNow}
        onDismiss={() => store.dispatch({ type: 'notice', notice: null })}
      />
      {isLocked ? (
        <Locked />
      ) : (
        <Panes
          state={state}
          network={network}
          nowMs={nowMs}
          replaying={replaying}
          filter={filter}
          onOpen={go}
        />
      )}
    </div>
  )
}
