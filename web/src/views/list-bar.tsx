/** The line above the list: filter, pause, and what is done to all of it. */

import { Button } from '@mantine/core'
import type { RefObject } from 'react'
import type { Known } from '../filter-completion.ts'
import type { Network } from '../network.ts'
import type { Go } from '../route.ts'
import type { Selection } from '../selection.ts'
import type { State } from '../state.ts'
import { Filter } from './filter.tsx'
import { Icon } from './icons.tsx'
import classes from './list-bar.module.css'
import { ListMenu } from './list-menu.tsx'

interface ListBarProps {
  state: State
  network: Network
  selection: Selection
  known: Known
  filter: RefObject<HTMLInputElement | null>
  go: Go
  onHelp: () => void
}

export function ListBar({ state, network, selection, known, filter, go, onHelp }: ListBarProps) {
  const { paused, held } = state
  return (
    <div className={classes.bar}>
      <div className={classes.filter}>
        <Filter
          input={filter}
          query={state.query}
          misread={state.misread}
          known={known}
          onFilter={(query) => go({ query })}
        />
      </div>
      <Button
        size="xs"
        px={8}
        variant={paused ? 'filled' : 'default'}
        aria-pressed={paused}
        title={paused ? 'Go on (p)' : 'Let the list stand still (p)'}
        leftSection={<Icon name={paused ? 'play' : 'pause'} size={13} />}
        onClick={() => network.pause(!paused)}
      >
        {paused ? `${held} new` : 'Pause'}
      </Button>
      <ListMenu state={state} network={network} selection={selection} go={go} onHelp={onHelp} />
    </div>
  )
}
