/** The opened notification beside another one. */

import { Select } from '@mantine/core'
import type { Notification } from '../../../src/contract/notification.ts'
import { fetchNotification } from '../api.ts'
import { useAsked } from '../asked.ts'
import { toClock, toFullTime } from '../clock-words.ts'
import { chooseOther } from '../choose-other.ts'
import { toPlainText } from '../plain-message.ts'
import { sayWhatHappened, toShortType } from '../words.ts'
import classes from './compare.module.css'
import { Difference } from './difference.tsx'
import type { Side } from './difference.tsx'
import { Outside } from './outside.tsx'
import { Panel } from './panel.tsx'

interface CompareNotificationsProps {
  notification: Notification
  rows: Notification[]
  /** `null`: the one that is most worth comparing with. */
  other: number | null
  onChoose: (seq: number) => void
  onClose: () => void
}

export function CompareNotifications(props: CompareNotificationsProps) {
  const { notification, rows, onChoose, onClose } = props
  const other = props.other ?? chooseOther(notification, rows)
  const choices = rows.filter((row) => row.seq !== notification.seq).map(toChoice)
  const known = other === null || choices.some(({ value }) => value === String(other))
  return (
    <Panel title={`Compare no. ${notification.seq} with…`} onClose={onClose}>
      <div className={classes.pick}>
        <div className={classes.fixed}>
          <span className={classes.label}>This one</span>
          <span className={classes.name}>
            <Outside text={toChoice(notification).label} />
          </span>
        </div>
        <Select
          label="Compare with"
          placeholder="another notification"
          data-autofocus
          searchable
          openOnFocus={false}
          limit={200}
          data={known ? choices : [{ value: String(other), label: `no. ${other}` }, ...choices]}
          value={other === null ? null : String(other)}
          onChange={(value) => value !== null && onChoose(Number(value))}
          nothingFoundMessage="Not in the list"
        />
      </div>
      <div className={classes.result}>
        {other === null ? (
          <p className={classes.words}>There is no other notification to compare it with.</p>
        ) : (
          <Compared left={notification} other={other} />
        )}
      </div>
    </Panel>
  )
}

function Compared({ left, other }: { left: Notification; other: number }) {
  // What the list has may be cut, so it is fetched whole.
  const asked = useAsked(() => fetchNotification(other), other)
  if (asked.phase === 'asking') return null
  if (asked.phase === 'refused') return <p className={classes.words}>{asked.text}</p>
  return <Difference left={toSide(left)} right={toSide(asked.value)} />
}

function toChoice(notification: Notification): { value: string; label: string } {
  const { seq, receivedAt, eventType } = notification
  const what = eventType === null ? sayWhatHappened(notification) : toShortType(eventType)
  const ids = notification.ids.slice(0, 3).join(', ') + (notification.ids.length > 3 ? ', …' : '')
  return { value: String(seq), label: `no. ${seq} · ${what} ${ids} · ${toClock(receivedAt, Date.now())}` }
}

function toSide(notification: Notification): Side {
  const { seq, method, mapping, receivedAt, signature, answer, headers, kind } = notification
  return {
    title: `no. ${seq}`,
    facts: [
      ['kind', kind],
      ['received', toFullTime(receivedAt)],
      ['method', method],
      ['mapping', mapping ?? 'none'],
      ['signature', signature.outcome],
      ['answered', String(answer.status)],
      ...Object.entries(notification.cloudEvent ?? {}),
      ['ids', notification.ids.join(', ')],
    ],
    headers,
    body: toPlainText(notification),
  }
}
