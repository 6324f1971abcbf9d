/** The button that opens what the emulator can be made to do, and how far that is while it is closed. */

import { Button } from '@mantine/core'
import { Suspense, useState } from 'react'
import { later } from '../later.ts'
import { useTriggering } from '../triggering.ts'
import { Icon } from './icons.tsx'

const TriggerDrawer = later(({ TriggerDrawer }) => TriggerDrawer)

interface TriggerProps {
  opened: boolean
  onChange: (opened: boolean) => void
}

export function Trigger({ opened, onChange }: TriggerProps) {
  const triggering = useTriggering()
  // Once there it stays, and with it what the form held: the next event is often the same.
  const [isNeeded, setNeeded] = useState(false)
  if (opened && !isNeeded) setNeeded(true)
  const { run, stop } = triggering
  const isRunning = run?.phase === 'running'
  return (
    <>
      {isRunning && !opened && (
        <Button
          size="xs"
          variant="light"
          color="red"
          leftSection={<Icon name="stop" size={12} />}
          title={`Stop ${run.title}`}
          onClick={stop}
        >
          {run.done} of {run.total}
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon name="bolt" size={14} />}
        title="Make the emulator send events (t)"
        aria-expanded={opened}
        onClick={() => onChange(!opened)}
      >
        Trigger
      </Button>
      {isNeeded && (
        <Suspense>
          <TriggerDrawer opened={opened} onClose={() => onChange(false)} triggering={triggering} />
        </Suspense>
      )}
    </>
  )
}
