/** One line of the list: what, about which ids, when; whether it is genuine; what the target answered. */

import { memo } from 'react'
import type { CSSProperties, MouseEvent } from 'react'
import type { Notification } from '../../../src/contract/notification.ts'
import { toClock, toDuration } from '../clock-words.ts'
import { familyOf, sayOutcome, toShortType } from '../words.ts'
import { SignatureMark } from './chip.tsx'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'
import classes from './row.module.css'

/** Every row is as high as this, in pixels, so that the list can be virtual without measuring. */
export const rowHeight = 56

interface RowProps {
  notification: Notification
  chosen: boolean
  /** One of those that something is to be done to. */
  selected: boolean
  /** Today, as a time in milliseconds: rows of other days show their day. */
  nowMs: number
  onOpen: (seq: number) => void
  /** `extend`: all from the one that was selected last. */
  onSelect: (seq: number, extend: boolean) => void
}

export const Row = memo(function Row({ notification, chosen, selected, nowMs, onOpen, onSelect }: RowProps) {
  const { seq, kind, company, receivedAt, signature, twinOf } = notification
  const press = (event: MouseEvent) => {
    if (event.shiftKey) onSelect(seq, true)
    else if (event.ctrlKey || event.metaKey) onSelect(seq, false)
    else onOpen(seq)
  }
  return (
    <div
      id={`row-${seq}`}
      role="option"
      aria-selected={chosen}
      aria-checked={selected}
      tabIndex={-1}
      className={classes.row}
      data-kind={kind}
      style={{ '--family': `var(--${familyOf(notification)})` } as CSSProperties}
      onClick={press}
    >
      {/* Keyboards have x, and screen readers the row's own state. */}
      <span
        className={classes.check}
        aria-hidden="true"
        title="Select (x)"
        onClick={(event) => {
          event.stopPropagation()
          onSelect(seq, event.shiftKey)
        }}
      >
        <span className={classes.box}>{selected && <Icon name="check" size={11} />}</span>
      </span>
      <span className={classes.type}>
        <RowType notification={notification} />
      </span>
      <RowOutcome notification={notification} />
      <span className={classes.facts}>
        <time dateTime={receivedAt}>{toClock(receivedAt, nowMs)}</time>
        <RowIds notification={notification} />
        {company !== null && <span className={classes.company}>company {company}</span>}
        {twinOf !== null && (
          <span className={classes.twin} title={`The same id came first as ${twinOf}`}>
            <Icon name="twin" size={12} /> twin of {twinOf}
          </span>
        )}
      </span>
      <span className={classes.signature}>
        <SignatureMark outcome={signature.outcome} />
      </span>
    </div>
  )
})

function RowType({ notification: { kind, eventType, method } }: Pick<RowProps, 'notification'>) {
  if (kind === 'verification') return <b>verification challenge</b>
  if (kind === 'unknown') {
    return (
      <i>
        <Outside text={eventType ?? `${method} that is no notification`} />
      </i>
    )
  }
  const type = toShortType(eventType ?? '')
  const dot = type.indexOf('.')
  return (
    <>
      <span>
        <Outside text={type.slice(0, dot + 1)} />
      </span>
      <b>
        <Outside text={type.slice(dot + 1)} />
      </b>
    </>
  )
}

function RowIds({ notification: { ids, idCount = ids.length } }: Pick<RowProps, 'notification'>) {
  if (idCount === 0) return null
  return (
    <span className={classes.ids} title={ids.slice(0, 50).join(', ')}>
      <Outside text={ids.slice(0, 2).join(', ')} />
      {idCount > 2 && <span className={classes.more}> +{idCount - 2}</span>}
    </span>
  )
}

function RowOutcome({ notification }: Pick<RowProps, 'notification'>) {
  const delivery = notification.deliveries.at(-1)
  if (!delivery) {
    const answered = notification.kind === 'verification'
    return (
      <span className={`${classes.outcome} tone-quiet`}>
        {answered ? `answered ${notification.answer.status}` : ''}
      </span>
    )
  }
  const { tone, text } = sayOutcome(delivery)
  return (
    <span className={`${classes.outcome} tone-${tone}`} data-verdict={delivery.verdict}>
      {delivery.replay && <Icon name="replay" size={11} />}
      <b>{text}</b>
      {delivery.durationMs !== null && <span className={classes.ms}>{toDuration(delivery.durationMs)}</span>}
    </span>
  )
}
