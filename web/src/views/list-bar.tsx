/** The line above the list: filter, pause, and what is done to all of it. */

import { Button, Menu } from '@mantine/core'
import { useState } from 'react'
import type { RefObject } from 'react'
import { removeAllNotifications } from '../board-api.ts'
import type { Known } from '../filter-completion.ts'
import type { Network } from '../network.ts'
import type { Go } from '../route.ts'
import type { Selection } from '../selection.ts'
import type { State } from '../state.ts'
import { Confirm } from './confirm.tsx'
import { Filter } from './filter.tsx'
import { Icon } from './icons.tsx'
import classes from './list-bar.module.css'

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
  const [clearing, setClearing] = useState(false)
  const { paused, held, status } = state
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
      <Menu position="bottom-end" width={220} shadow="md">
        <Menu.Target>
          <Button size="xs" px={7} variant="default" aria-label="More about the list">
            <Icon name="more" size={14} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={selection.all}>Select all that are shown</Menu.Item>
          <Menu.Item onClick={() => go({ screen: 'status', seq: null })}>Export and import</Menu.Item>
          <Menu.Item onClick={onHelp}>Keys and filter language</Menu.Item>
          <Menu.Divider />
          <Menu.Item color="var(--bad)" onClick={() => setClearing(true)}>
            Clear all…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {clearing && (
        <Confirm
          title={`Clear all ${status?.counts.notifications ?? ''} notifications?`}
          does="Clear all"
          onDo={() => network.attempt(removeAllNotifications)}
          onClose={() => setClearing(false)}
        >
          All notifications and deliveries of this project go for good, those that the filter hides included.
          Export them first if you may need them again.
        </Confirm>
      )}
    </div>
  )
}
