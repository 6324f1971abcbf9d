/** Replays the selected notifications one after the other, oldest first: how they are signed, progress, stop. */

import { Button, Group, Modal, Progress, Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import type { Notification } from '../../../src/contract/notification.ts'
import { replaySignatures, type ReplaySignature } from '../../../src/contract/vocabulary.ts'
import { sendReplay } from '../api.ts'
import { useBatch } from '../batch.ts'
import type { Progress as BatchProgress } from '../batch.ts'
import { Outside } from './outside.tsx'

interface ReplayManyProps {
  notifications: Notification[]
  /** Where they go; `null` when no target is named. */
  target: string | null
  onClose: () => void
}

const signs: Record<ReplaySignature, { title: string; says: string }> = {
  original: { title: 'Original signature', says: 'As captured; good for three hours after its issue.' },
  dev: { title: 'Signed again with the dev key', says: 'Your app must trust its public half: fic-dev keys.' },
  none: { title: 'No signature', says: 'To see that your app refuses them.' },
}

export function ReplayMany({ notifications, target, onClose }: ReplayManyProps) {
  const [sign, setSign] = useState<ReplaySignature>('original')
  const { progress, start, stop } = useBatch()
  const running = progress?.state === 'running'
  const count = notifications.length
  const begin = () =>
    start(
      notifications.map(({ seq }) => seq).toSorted((a, b) => a - b),
      (seq) => sendReplay(seq, { sign }),
    )

  return (
    <Modal
      opened
      onClose={() => {
        stop()
        onClose()
      }}
      title={`Replay ${count === 1 ? 'one notification' : `${count} notifications`}`}
      centered
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p className="quiet">
        One after the other, the oldest first
        {target !== null && (
          <>
            , to <Outside text={target} />
          </>
        )}
        .
      </p>
      {progress === null ? (
        <Radio.Group
          mt="sm"
          label="How they are signed"
          value={sign}
          onChange={(value) => setSign(value as ReplaySignature)}
        >
          <Stack gap={8} mt={6}>
            {replaySignatures.map((each) => (
              <Radio key={each} value={each} label={signs[each].title} description={signs[each].says} />
            ))}
          </Stack>
        </Radio.Group>
      ) : (
        <BatchReport progress={progress} did="sent" />
      )}
      <Group justify="flex-end" mt="lg" gap={8}>
        {running ? (
          <Button size="xs" variant="default" onClick={stop}>
            Stop
          </Button>
        ) : (
          <Button size="xs" variant="default" onClick={onClose}>
            {progress === null ? 'Cancel' : 'Close'}
          </Button>
        )}
        {progress === null && (
          <Button size="xs" data-autofocus disabled={target === null} onClick={begin}>
            Replay {count}
          </Button>
        )}
      </Group>
    </Modal>
  )
}

/** How far it is, and what failed. */
function BatchReport({ progress, did }: { progress: BatchProgress; did: string }) {
  const { done, total, failures, state } = progress
  const words = {
    running: `${done} of ${total} ${did}`,
    stopped: `Stopped: ${done} of ${total} ${did}`,
    finished: `All ${total} ${did}`,
  }
  return (
    <Stack gap={6} mt="md">
      <Progress
        value={total === 0 ? 100 : (done / total) * 100}
        aria-label="Progress"
        transitionDuration={0}
      />
      <p role="status">
        {words[state]}
        {failures.length > 0 && `, ${failures.length} failed`}.
      </p>
      {failures.slice(0, 5).map(([seq, says]) => (
        <p key={seq} className="quiet">
          no. {seq}: <Outside text={says} />
        </p>
      ))}
    </Stack>
  )
}
