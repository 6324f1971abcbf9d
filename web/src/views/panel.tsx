/** What lies over the page: a large sheet with a title, its own scrolling, closed by Escape. */

import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './panel.module.css'

interface PanelProps {
  title: string
  onClose: () => void
  children: ReactNode
}

export function Panel({ title, onClose, children }: PanelProps) {
  return (
    <Modal
      opened
      data-covers-page
      onClose={onClose}
      title={title}
      size="min(1320px, 100%)"
      padding={0}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close', title: 'Close (Esc)' }}
      classNames={{
        inner: classes.inner ?? '',
        content: classes.content ?? '',
        header: classes.header ?? '',
        title: classes.title ?? '',
        body: classes.body ?? '',
      }}
    >
      {children}
    </Modal>
  )
}
