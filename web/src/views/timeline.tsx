/** What happened when, as one line of steps. */

import type { Notification } from '../../../src/contract/notification.ts'
import type { TargetStatus } from '../../../src/contract/status.ts'
import { toClock, toFullTime, toSpan } from '../clock-words.ts'
import { toTimeline } from '../timeline.ts'
import type { TimelineStep } from '../timeline.ts'
import classes from './timeline.module.css'

interface TimelineProps {
  notification: Notification
  targets: TargetStatus[]
  /** It is still to be published to the stream. */
  waits: boolean
  nowMs: number
}

export function Timeline({ notification, targets, waits, nowMs }: TimelineProps) {
  return (
    <ol className={classes.timeline} aria-label="What happened when">
      {toTimeline(notification, targets, waits).map((step) => (
        <li key={step.key} className={`${classes.step} tone-${step.tone}`} data-due={step.due}>
          <span className={classes.title}>
            {step.title} {step.fact !== null && <b className={classes.fact}>{step.fact}</b>}
          </span>
          <When step={step} nowMs={nowMs} />
        </li>
      ))}
    </ol>
  )
}

function When({ step: { at, due }, nowMs }: { step: TimelineStep; nowMs: number }) {
  if (at === null) return <span className={classes.when}>{due ? 'waits' : ''}</span>
  const leftMs = new Date(at).getTime() - nowMs
  return (
    <time className={classes.when} dateTime={at} title={toFullTime(at)}>
      {!due ? toClock(at, nowMs) : leftMs > 0 ? `due in ${toSpan(leftMs)}` : 'due now'}
    </time>
  )
}
