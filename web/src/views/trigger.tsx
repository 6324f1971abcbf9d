/** Makes the emulator do something: an event, a scenario, a moved clock, a fault. It stands beside the page, not over it. */

import { Button, Drawer, Tabs } from '@mantine/core'
import { useState } from 'react'
import { useTriggering } from '../triggering.ts'
import { EmulatorClock } from './emulator-clock.tsx'
import { EmulatorFaults } from './emulator-faults.tsx'
import { Icon } from './icons.tsx'
import { TriggerEvent, firstForm } from './trigger-event.tsx'
import { TriggerRun } from './trigger-run.tsx'
import { TriggerScenario } from './trigger-scenario.tsx'
import classes from './trigger.module.css'

interface TriggerProps {
  opened: boolean
  onChange: (opened: boolean) => void
}

export function Trigger({ opened, onChange }: TriggerProps) {
  const triggering = useTriggering()
  // What the form held when it was last closed: the next event is often the same.
  const [form, setForm] = useState(firstForm)
  const { run, stop, start } = triggering
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
      <Drawer
        opened={opened}
        onClose={() => onChange(false)}
        position="right"
        size={400}
        title="Emulator"
        withOverlay={false}
        lockScroll={false}
        transitionProps={{ duration: 0 }}
        closeButtonProps={{ 'aria-label': 'Close', title: 'Close (Esc)' }}
        classNames={{
          content: classes.content ?? '',
          header: classes.head ?? '',
          title: classes.title ?? '',
          body: classes.body ?? '',
          inner: classes.inner ?? '',
        }}
      >
        <Tabs defaultValue="event" keepMounted={false}>
          <Tabs.List grow mb={14}>
            <Tabs.Tab value="event">Event</Tabs.Tab>
            <Tabs.Tab value="scenario">Scenario</Tabs.Tab>
            <Tabs.Tab value="clock">Clock</Tabs.Tab>
            <Tabs.Tab value="faults">Faults</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="event">
            <TriggerEvent form={form} onChange={setForm} onStart={start} />
            <TriggerRun triggering={triggering} />
          </Tabs.Panel>
          <Tabs.Panel value="scenario">
            <TriggerScenario onStart={start} isRunning={isRunning} />
            <TriggerRun triggering={triggering} />
          </Tabs.Panel>
          <Tabs.Panel value="clock">
            <EmulatorClock />
          </Tabs.Panel>
          <Tabs.Panel value="faults">
            <EmulatorFaults />
          </Tabs.Panel>
        </Tabs>
      </Drawer>
    </>
  )
}
