/** Makes the emulator do something: an event, a scenario, a moved clock, a fault. It stands beside the page, not over it. */

import { Drawer, Tabs } from '@mantine/core'
import { useState } from 'react'
import type { Triggering } from '../triggering.ts'
import { EmulatorClock } from './emulator-clock.tsx'
import { EmulatorFaults } from './emulator-faults.tsx'
import { TriggerEvent, firstForm } from './trigger-event.tsx'
import { TriggerRun } from './trigger-run.tsx'
import { TriggerScenario } from './trigger-scenario.tsx'
import classes from './trigger.module.css'

interface TriggerDrawerProps {
  opened: boolean
  onClose: () => void
  triggering: Triggering
}

export function TriggerDrawer({ opened, onClose, triggering }: TriggerDrawerProps) {
  const [form, setForm] = useState(firstForm)
  const { run, start } = triggering
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
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
          <TriggerScenario onStart={start} isRunning={run?.phase === 'running'} />
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
  )
}
