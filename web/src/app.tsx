/** The page: top bar, list at the left, detail at the right; below 900 pixels the detail covers the list. */

import { useMediaQuery } from '@mantine/hooks'
import { useCallback, useRef, useState } from 'react'
import type { ReplaySignature } from '../../src/contract/notification.ts'
import classes from './app.module.css'
import { useKeys } from './keys.ts'
import type { Network } from './network.ts'
import { useRoute } from './route.ts'
import type { Store } from './store.ts'
import { useStore } from './store.ts'
import { useNow } from './now.ts'
import { Actions, chooseSign } from './views/actions.tsx'
import { Banner } from './views/banner.tsx'
import { Detail } from './views/detail.tsx'
import { Empty } from './views/empty.tsx'
import { Filter } from './views/filter.tsx'
import { List } from './views/list.tsx'
import { Locked } from './views/locked.tsx'
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
  const filter = useRef<HTMLInputElement>(null)
  const isNarrow = useMediaQuery('(max-width: 900px)', undefined, { getInitialValueInEffect: false })
  const [triggering, setTriggering] = useState(false)
  const [replaying, setReplaying] = useState(false)
  const [chosenSign, setChosenSign] = useState<ReplaySignature | null>(null)

  const { status, link, rows, detail, opened, cursor } = state
  const isEmpty = state.loaded && rows.length === 0 && !state.query
  const emulated = status?.emulatorUrl != null
  const target = status?.targets[0]?.url ?? null
  const canReplay = target !== null && link.phase === 'live'
  const sign = chosenSign ?? (detail ? chooseSign(detail, nowMs) : 'original')

  async function replay(): Promise<void> {
    if (!detail || !canReplay || replaying) return
    setReplaying(true)
    await network.replay(detail.seq, { sign })
    setReplaying(false)
  }

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
    r: () => void replay(),
    t: () => emulated && setTriggering(true),
    '/': () => filter.current?.focus(),
  })

  return (
    <div className={classes.page}>
      <TopBar
        status={link.phase === 'locked' ? null : status}
        link={link}
        nowMs={nowMs}
        trigger={
          emulated && link.phase !== 'locked' ? (
            <Trigger
              opened={triggering}
              onChange={setTriggering}
              onTrigger={(request) => network.trigger(request)}
            />
          ) : null
        }
      />
      <Banner
        link={link}
        notice={state.notice}
        nowMs={nowMs}
        onRetry={network.retryNow}
        onDismiss={() => store.dispatch({ type: 'notice', notice: null })}
      />
      {link.phase === 'locked' ? (
        <Locked />
      ) : (
        <main className={classes.panes} data-shows={opened !== null || isEmpty ? 'detail' : 'list'}>
          <nav className={classes.list} aria-label="Notifications">
            <div className={classes.filter}>
              <Filter input={filter} onFilter={(query) => network.filter(query)} />
            </div>
            <List
              rows={rows}
              loaded={state.loaded}
              query={state.query}
              cursor={cursor}
              hasOlder={state.nextBefore !== null}
              nowMs={Math.floor(nowMs / 60_000) * 60_000}
              onOpen={go}
              onOlder={() => network.loadOlder()}
            />
          </nav>
          <div className={classes.detail}>
            {detail ? (
              <Detail
                notification={detail}
                status={status}
                nowMs={nowMs}
                onClose={() => go(null)}
                onOpen={go}
                actions={
                  <Actions
                    notification={detail}
                    sign={sign}
                    target={target}
                    canReplay={canReplay}
                    replaying={replaying}
                    nowMs={nowMs}
                    onSign={setChosenSign}
                    onReplay={() => void replay()}
                  />
                }
              />
            ) : state.absent ? (
              <p className={classes.absent}>
                There is no notification {opened} here. It may have been removed.
              </p>
            ) : (
              <Empty status={status} seen={state.seen} />
            )}
          </div>
        </main>
      )}
    </div>
  )
}
