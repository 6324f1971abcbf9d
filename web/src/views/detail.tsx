/** One notification in the order in which a person asks: what, is it genuine, what did my app say, body, headers. */

import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Notification } from '../../../src/contract/notification.ts'
import type { Status } from '../../../src/contract/status.ts'
import { bodyUrl } from '../api.ts'
import { toAgo, toClock, toFullTime, toSize } from '../clock-words.ts'
import { familyOf, sayWhatHappened, toShortType } from '../words.ts'
import { Answers } from './answers.tsx'
import { Body, FormSwitch } from './body.tsx'
import type { BodyForm } from './body.tsx'
import { Chip } from './chip.tsx'
import classes from './detail.module.css'
import { Genuine } from './genuine.tsx'
import { Headers } from './headers.tsx'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'
import { Section } from './section.tsx'

interface DetailProps {
  notification: Notification
  status: Status | null
  nowMs: number
  actions: ReactNode
  onClose: () => void
  onOpen: (seq: number) => void
}

export function Detail({ notification, status, nowMs, actions, onClose, onOpen }: DetailProps) {
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
          <Facts notification={notification} nowMs={nowMs} onOpen={onOpen} />
          {notification.problems.map((problem) => (
            <p key={problem} className={classes.problem}>
              <Outside text={problem} />
            </p>
          ))}
        </header>
        <div className={classes.blocks}>
          <Genuine notification={notification} emulated={status?.emulatorUrl != null} nowMs={nowMs} />
          <Answers notification={notification} hasTarget={(status?.targets.length ?? 0) > 0} nowMs={nowMs} />
          <BodyBlock notification={notification} />
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

function Facts({ notification, nowMs, onOpen }: Pick<DetailProps, 'notification' | 'nowMs' | 'onOpen'>) {
  const { seq, eventType, receivedAt, company, mapping, cloudEvent, twinOf } = notification
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
      {twinOf !== null && (
        <button type="button" className={classes.twin} onClick={() => onOpen(twinOf)}>
          <Chip tone="warn" icon="twin">
            twin of {twinOf}
          </Chip>
        </button>
      )}
    </p>
  )
}

function BodyBlock({ notification: { seq, body, bodyBytes } }: Pick<DetailProps, 'notification'>) {
  const [form, setForm] = useState<BodyForm>('pretty')
  return (
    <Section
      title="Body"
      aside={
        <span className={classes.bodyTools}>
          <a className="quiet" href={bodyUrl(seq)} download={`notification-${seq}.bin`}>
            {toSize(bodyBytes)}
          </a>
          {body && <FormSwitch form={form} onChange={setForm} />}
        </span>
      }
    >
      {body === null ? (
        <p>The body is not UTF-8 text. Its size above leads to the raw bytes.</p>
      ) : body === '' ? (
        <p className="quiet">There is none.</p>
      ) : (
        <Body text={body} label="Body as it came" form={form} />
      )}
    </Section>
  )
}
