/** What is seldom done with the list, behind three dots. */

import { Button, Menu } from '@mantine/core'
import { Suspense, useState } from 'react'
import { removeAllNotifications } from '../board-api.ts'
import { later } from '../later.ts'
import type { Network } from '../network.ts'
import type { Go } from '../route.ts'
import type { Selection } from '../selection.ts'
import type { State } from '../state.ts'
import { Icon } from './icons.tsx'

const Confirm = later(({ Confirm }) => Confirm)

interface ListMenuProps {
  state: State
  network: Network
  selection: Selection
  go: Go
  onHelp: () => void
}

export function ListMenu({ state, network, selection, go, onHelp }: ListMenuProps) {
  const [clearing, setClearing] = useState(false)
  return (
    <>
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
        <Suspense>
          <Confirm
            title={`Clear all ${state.status?.counts.notifications ?? ''} notifications?`}
            does="Clear all"
            onDo={() => network.attempt(removeAllNotifications)}
            onClose={() => setClearing(false)}
          >
            All notifications and deliveries of this project go for good, those that the filter hides
            included. Export them first if you may need them again.
          </Confirm>
        </Suspense>
      )}
    </>
  )
}
