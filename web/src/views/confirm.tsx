/** Asks before something is done that cannot be undone. */

import { Button, Group, Modal } from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'

interface ConfirmProps {
  title: string
  /** What the button does, in a word or two. */
  does: string
  onDo: () => Promise<unknown>
  onClose: () => void
  children: ReactNode
}

export function Confirm({ title, does, onDo, onClose, children }: ConfirmProps) {
  const [running, setRunning] = useState(false)

  async function act(): Promise<void> {
    setRunning(true)
    await onDo()
    onClose()
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {children}
      <Group justify="flex-end" mt="lg" gap={8}>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button size="xs" color="red.8" loading={running} data-autofocus onClick={() => void act()}>
          {does}
        </Button>
      </Group>
    </Modal>
  )
}
