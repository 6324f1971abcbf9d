/** Two answers of the target to one notification side by side. */

import { Select } from '@mantine/core'
import type { Delivery, Notification } from '../../../src/contract/notification.ts'
import { outcomeTexts } from '../../../src/contract/vocabulary.ts'
import { toClock, toDuration } from '../clock-words.ts'
import { handedOver } from '../publication.ts'
import { sayOutcome } from '../words.ts'
import classes from './compare.module.css'
import { Difference } from './difference.tsx'
import type { Side } from './difference.tsx'
import { Panel } from './panel.tsx'

interface CompareAnswersProps {
  notification: Notification
  /** Delivery ids; `null`: the last two. */
  left: number | null
  right: number | null
  onChoose: (left: number, right: number) => void
  onClose: () => void
}

export function CompareAnswers({ notification, left, right, onChoose, onClose }: CompareAnswersProps) {
  const { seq } = notification
  const deliveries = handedOver(notification.deliveries)
  const one = deliveries.find(({ id }) => id === left) ?? deliveries.at(-2)
  const two = deliveries.find(({ id }) => id === right) ?? deliveries.at(-1)
  return (
    <Panel title={`Answers to no. ${seq}`} onClose={onClose}>
      {one && two ? (
        <>
          <div className={classes.pick}>
            <Pick
              label="One answer"
              {...{ deliveries, chosen: one }}
              onChoose={(id) => onChoose(id, two.id)}
            />
            <Pick
              label="The other"
              {...{ deliveries, chosen: two }}
              onChoose={(id) => onChoose(one.id, id)}
            />
          </div>
          <div className={classes.result}>
            <Difference left={toSide(one)} right={toSide(two)} />
          </div>
        </>
      ) : (
        <p className={classes.result}>
          It takes two deliveries to compare their answers. Replay it once more.
        </p>
      )}
    </Panel>
  )
}

interface PickProps {
  label: string
  deliveries: Delivery[]
  chosen: Delivery
  onChoose: (id: number) => void
}

function Pick({ label, deliveries, chosen, onChoose }: PickProps) {
  return (
    <Select
      label={label}
      allowDeselect={false}
      data={deliveries.map((delivery) => ({ value: String(delivery.id), label: toTitle(delivery) }))}
      value={String(chosen.id)}
      onChange={(value) => value !== null && onChoose(Number(value))}
    />
  )
}

function toTitle(delivery: Delivery): string {
  const what = delivery.replay ? 'replay' : `attempt ${delivery.attempt}`
  return `${sayOutcome(delivery).text} · ${what} · ${toClock(delivery.startedAt, Date.now())}`
}

function toSide(delivery: Delivery): Side {
  const { status, error, verdict, target, durationMs, sign } = delivery
  return {
    title: toTitle(delivery),
    facts: [
      ['status', status === null ? 'none' : String(status)],
      ...(error === null ? [] : ([['error', error]] as [string, string][])),
      ['Fatture in Cloud would', outcomeTexts[verdict].label],
      ['took', durationMs === null ? 'unknown' : toDuration(durationMs)],
      ['target', target],
      ['signature', sign],
    ],
    headers: delivery.responseHeaders,
    body: delivery.responseBody ?? '',
  }
}
