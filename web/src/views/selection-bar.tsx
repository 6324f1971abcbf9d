/** What can be done with the selected rows. It lies over the end of the list, so that no row moves when it comes. */

import { Button } from '@mantine/core'
import { useState } from 'react'
import { removeNotification } from '../board-api.ts'
import type { Network } from '../network.ts'
import type { Selection } from '../selection.ts'
import type { State } from '../state.ts'
import { Confirm } from './confirm.tsx'
import { Icon } from './icons.tsx'
import { ReplayMany } from './replay-many.tsx'
import classes from './selection-bar.module.css'

interface SelectionBarProps {
  state: State
  network: Network
  selection: Selection
}

export function SelectionBar({ state, network, selection }: SelectionBarProps) {
  const [asks, setAsks] = useState<'replay' | 'remove' | null>(null)
  const count = selection.seqs.size
  const chosen = state.rows.filter(({ seq }) => selection.seqs.has(seq))
  const remove = async () => {
    for (const { seq } of chosen) {
      if (!(await network.attempt(() => removeNotification(seq)))) break
    }
  }

  return (
    <div className={classes.bar} role="toolbar" aria-label="Selected notifications">
      <b>{count} selected</b>
      <Button
        size="compact-sm"
        leftSection={<Icon name="replay" size={13} />}
        onClick={() => setAsks('replay')}
      >
        Replay
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => setAsks('remove')}>
        Remove
      </Button>
      <Button size="compact-sm" variant="subtle" color="gray" c="var(--ink-2)" onClick={selection.all}>
        All
      </Button>
      <Button size="compact-sm" variant="subtle" color="gray" c="var(--ink-2)" onClick={selection.clear}>
        None
      </Button>
      {asks === 'replay' && (
        <ReplayMany
          notifications={chosen}
          target={state.status?.targets[0]?.url ?? null}
          onClose={() => setAsks(null)}
        />
      )}
      {asks === 'remove' && (
        <Confirm
          title={count === 1 ? 'Remove one notification?' : `Remove ${count} notifications?`}
          does="Remove"
          onDo={remove}
          onClose={() => setAsks(null)}
        >
          They go with their deliveries, for good. Fatture in Cloud does not send them again.
        </Confirm>
      )}
    </div>
  )
}
