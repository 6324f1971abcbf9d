/** One notification in the order in which a person asks: what, is it genuine, what did my app say, body, headers. */

import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { TwinEntry } from '../../../src/contract/detail.ts'
import type { Notification } from '../../../src/contract/notification.ts'
import type { Status } from '../../../src/contract/status.ts'
import { toAgo, toClock, toFullTime, toSize } from '../clock-words.ts'
import { toPlainText } from '../plain-message.ts'
import { waitsForStream } from '../publication.ts'
import { isFollower } from '../share-words.ts'
import { useTwins } from '../twins.ts'
import { familyOf, sayWhatHappened, toShortType } from '../words.ts'
import { Alarms } from './alarms.tsx'
import { Answers } from './answers.tsx'
import { Body, FormSwitch } from './body.tsx'
import type { BodyForm } from './body.tsx'
import { Chip } from './chip.tsx'
import classes from './detail.module.css'
import { Genuine } from './genuine.tsx'
import { Headers } from './headers.tsx'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'
import { Published } from './published.tsx'
import { Resources } from './resources.tsx'
import { Section } from './section.tsx'
import { Timeline } from './timeline.tsx'

interface DetailProps {
  notification: Notification
  /** What the list shows. */
  rows: Notification[]
  status: Status | null
  nowMs: number
  actions: ReactNode
  onClose: () => void
  onOpen: (seq: number) => void
  /** The raw bytes of a body. */
  onDownload: (seq: number) => void
  /** With another notification. */
  onCompare: (seq: number) => void
  /** Two answers, by delivery id. */
  onCompareAnswers: (left: number, right: number) => void
}

export function Detail(props: DetailProps) {
  const { notification, status, nowMs, actions, onClose, onOpen, onCompare } = props
  const twins = useTwins(notification, props.rows)
  const waits = status !== null && waitsForStream(notification, status.share, status.startedAt)
  return (
    <article className={classes.detail} aria-label="Notification">
      <div className={classes.bar}>
        <Button
          className={classes.back}
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<Icon name="back" size={14} />}
          onClick={onClose}
        >
          List
        </Button>
        {actions}
      </div>
      {/* The key begins another notification at its top. */}
      <div key={notification.seq} className={classes.scroller}>
        <header className={classes.header}>
          <h2 className={classes.title}>
            <Outside text={sayWhatHappened(notification)} />
          </h2>
          <Facts notification={notification} twins={twins} nowMs={nowMs} onOpen={onOpen} />
          <Alarms notification={notification} twins={twins} onCompare={onCompare} />
          <Timeline notification={notification} targets={status?.targets ?? []} waits={waits} nowMs={nowMs} />
        </header>
        <div className={classes.blocks}>
          <Genuine notification={notification} emulated={status?.emulatorUrl != null} nowMs={nowMs} />
          <Answers
            notification={notification}
            hasTarget={(status?.targets.length ?? 0) > 0}
            follows={status !== null && isFollower(status)}
            nowMs={nowMs}
            onCompare={props.onCompareAnswers}
          />
          <Published notification={notification} waits={waits} nowMs={nowMs} />
          <BodyBlock notification={notification} onDownload={props.onDownload} />
          {notification.kind === 'event' && (
            <Resources notification={notification} emulated={status?.emulatorUrl != null} nowMs={nowMs} />
          )}
          <Section
            title="Headers"
            aside={
              <span className="quiet mono">
                {notification.method} · {notification.headers.length}
              </span>
            }
          >
            <Headers headers={notification.headers} label="Headers as they came" />
          </Section>
        </div>
      </div>
    </article>
  )
}

type FactsProps = Pick<DetailProps, 'notification' | 'nowMs' | 'onOpen'> & { twins: TwinEntry[] }

function Facts({ notification, twins, nowMs, onOpen }: FactsProps) {
  const { seq, eventType, receivedAt, company, mapping, cloudEvent } = notification
  return (
    <p className={classes.facts}>
      {eventType && (
        <span className="mono" style={{ color: `var(--${familyOf(notification)})` }}>
          <Outside text={toShortType(eventType)} />
        </span>
      )}
      {company !== null && <span>company {company}</span>}
      <time dateTime={receivedAt} title={toFullTime(receivedAt)}>
        {toClock(receivedAt, nowMs)}, {toAgo(receivedAt, nowMs)}
      </time>
      {mapping && <span>{mapping} mapping</span>}
      <span>no. {seq}</span>
      {cloudEvent && (
        <span className="mono" title="CloudEvents id">
          <Outside text={cloudEvent.id} />
        </span>
      )}
      {twins.map((twin) => (
        <button
          key={twin.seq}
          type="button"
          className={classes.twin}
          title={`The same id came ${twin.seq < seq ? 'before' : 'again'}, at ${toClock(twin.receivedAt, nowMs)}`}
          onClick={() => onOpen(twin.seq)}
        >
          <Chip tone={twin.sameBody ? 'warn' : 'bad'} icon="twin">
            {twin.seq < seq ? 'twin of' : 'came again as'} {twin.seq}
          </Chip>
        </button>
      ))}
    </p>
  )
}

function BodyBlock({ notification, onDownload }: Pick<DetailProps, 'notification' | 'onDownload'>) {
  const { seq, bodyBytes, decoded } = notification
  const body = toPlainText(notification)
  const [form, setForm] = useState<BodyForm>('tree')
  return (
    <Section
      title="Body"
      aside={
        <span className={classes.bodyTools}>
          <button
            type="button"
            className={classes.download}
            title="Download the raw bytes"
            onClick={() => onDownload(seq)}
          >
            {toSize(bodyBytes)}
          </button>
          {body && <FormSwitch form={form} onChange={setForm} />}
        </span>
      }
    >
      {decoded && (
        <p className="quiet">
          <Outside text={decoded.says} />. Its size above leads to the raw bytes.
        </p>
      )}
      {body === null ? null : body === '' ? (
        <p className="quiet">There is none.</p>
      ) : (
        <Body text={body} label="Body as it came" form={form} />
      )}
    </Section>
  )
}
