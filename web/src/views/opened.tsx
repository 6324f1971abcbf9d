/** The opened notification with its actions, and what a person lays over it: the composer, a comparison. */

import { Suspense, lazy } from 'react'
import type { Notification } from '../../../src/contract/notification.ts'
import type { Status } from '../../../src/contract/status.ts'
import { useKeys } from '../keys.ts'
import type { Replaying } from '../replaying.ts'
import { usePanel } from '../use-panel.ts'
import { Actions } from './actions.tsx'
import { CompareAnswers } from './compare-answers.tsx'
import { CompareNotifications } from './compare-notifications.tsx'
import { Detail } from './detail.tsx'

/** With its editor it is the largest part of the page, so it is loaded when it is used. */
const Composer = lazy(() => import('./composer.tsx').then((module) => ({ default: module.Composer })))

interface OpenedProps {
  notification: Notification
  /** What a comparison offers first. */
  rows: Notification[]
  status: Status | null
  nowMs: number
  replaying: Replaying
  onOpen: (seq: number | null) => void
  onDownload: (seq: number) => void
}

export function Opened({ notification, rows, status, nowMs, replaying, onOpen, onDownload }: OpenedProps) {
  const [panel, setPanel] = usePanel()
  const close = () => setPanel(null)
  const edit = () => setPanel({ kind: 'edit' })
  const compare = (other: number | null = null) => setPanel({ kind: 'compare', other })
  useKeys({ e: edit, c: () => compare() })

  return (
    <>
      <Detail
        notification={notification}
        rows={rows}
        status={status}
        nowMs={nowMs}
        actions={
          <Actions
            notification={notification}
            replaying={replaying}
            nowMs={nowMs}
            onEdit={edit}
            onCompare={() => compare()}
          />
        }
        onClose={() => onOpen(null)}
        onOpen={onOpen}
        onDownload={onDownload}
        onCompare={compare}
        onCompareAnswers={(left, right) => setPanel({ kind: 'answers', left, right })}
      />
      {panel?.kind === 'edit' && (
        <Suspense>
          <Composer
            key={notification.seq}
            notification={notification}
            status={status}
            replaying={replaying}
            nowMs={nowMs}
            onClose={close}
          />
        </Suspense>
      )}
      {panel?.kind === 'compare' && (
        <CompareNotifications
          notification={notification}
          rows={rows}
          other={panel.other}
          onChoose={compare}
          onClose={close}
        />
      )}
      {panel?.kind === 'answers' && (
        <CompareAnswers
          notification={notification}
          left={panel.left}
          right={panel.right}
          onChoose={(left, right) => setPanel({ kind: 'answers', left, right })}
          onClose={close}
        />
      )}
    </>
  )
}
