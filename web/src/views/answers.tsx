/** What did my app answer, and what would Fatture in Cloud do with that? The last answer large, all of them below. */

import type { Delivery, Notification } from '../../../src/contract/notification.ts'
import { outcomeTexts } from '../../../src/contract/vocabulary.ts'
import { toClock, toDuration } from '../clock-words.ts'
import { handedOver } from '../publication.ts'
import { sayOutcome, sayWhyNotForwarded } from '../words.ts'
import classes from './answers.module.css'
import { Body } from './body.tsx'
import { CauseNote } from './cause.tsx'
import { Chip } from './chip.tsx'
import { Headers } from './headers.tsx'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'
import { Section } from './section.tsx'

interface AnswersProps {
  notification: Notification
  hasTarget: boolean
  /** What comes here was answered by the hub. */
  follows: boolean
  nowMs: number
  /** Two delivery ids. */
  onCompare: (left: number, right: number) => void
}

export function Answers({ notification, hasTarget, follows, nowMs, onCompare }: AnswersProps) {
  const { answer } = notification
  const deliveries = handedOver(notification.deliveries)
  const last = deliveries.at(-1)
  const before = deliveries.at(-2)
  return (
    <Section
      title="What did my app answer?"
      aside={last && <Chip tone={outcomeTexts[last.verdict].tone}>{outcomeTexts[last.verdict].label}</Chip>}
    >
      {last ? (
        <LastAnswer delivery={last} nowMs={nowMs} />
      ) : (
        <p className={classes.words}>{sayWhyNotForwarded(notification, hasTarget)}</p>
      )}
      {deliveries.length > 0 && (
        <ol className={classes.deliveries} aria-label="Deliveries, newest first">
          {deliveries.toReversed().map((delivery) => (
            <DeliveryLine key={delivery.id} delivery={delivery} nowMs={nowMs} />
          ))}
        </ol>
      )}
      {last && before && (
        <button type="button" className={classes.compare} onClick={() => onCompare(before.id, last.id)}>
          Compare two answers
        </button>
      )}
      <SenderAnswer answer={answer} follows={follows} />
    </Section>
  )
}

function SenderAnswer({ answer, follows }: { answer: Notification['answer']; follows: boolean }) {
  if (answer.status === 0) return <p className={classes.note}>Whoever published it got no answer.</p>
  return (
    <p className={classes.note}>
      The sender itself got <b>{answer.status}</b> from {follows ? 'the hub' : 'fic-dev'}
      {answer.body ? (
        <>
          {' '}
          with{' '}
          <code className="mono">
            <Outside text={toStart(answer.body)} />
          </code>
        </>
      ) : (
        !follows && ', once the notification was safe on disk'
      )}
      .
    </p>
  )
}

/** A relayed answer may be long. */
function toStart(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function LastAnswer({ delivery, nowMs }: { delivery: Delivery; nowMs: number }) {
  const { tone, text } = sayOutcome(delivery)
  return (
    <div className={classes.last}>
      <span className={`${classes.status} tone-${tone}`}>{text}</span>
      <div>
        <p className={classes.words}>{outcomeTexts[delivery.verdict].meaning}</p>
        <CauseNote cause={delivery.cause} />
        {delivery.error !== null && delivery.cause === null && (
          <p className={classes.error}>
            <Outside text={delivery.error} />
          </p>
        )}
        {delivery.nextAttemptAt !== null && (
          <p className="quiet">fic-dev tries again at {toClock(delivery.nextAttemptAt, nowMs)}.</p>
        )}
      </div>
    </div>
  )
}

const signs = { original: 'original signature', dev: 'dev key', none: 'no signature' }

function DeliveryLine({ delivery, nowMs }: { delivery: Delivery; nowMs: number }) {
  const { attempt, replay, sign, startedAt, durationMs, target } = delivery
  const { tone, text } = sayOutcome(delivery)
  return (
    <li>
      <details className={classes.delivery}>
        <summary className={classes.line}>
          <span className={classes.turn}>
            <Icon name="right" size={12} />
          </span>
          <span className={`${classes.outcome} tone-${tone}`}>{text}</span>
          <span>{replay ? `replay, ${signs[sign]}` : `attempt ${attempt}`}</span>
          <span className={classes.when}>
            {durationMs !== null && `${toDuration(durationMs)} · `}
            {toClock(startedAt, nowMs)}
          </span>
        </summary>
        <div className={classes.inside}>
          <p>
            POST <Outside text={target} />
          </p>
          {delivery.responseHeaders.length > 0 && (
            <Headers headers={delivery.responseHeaders} label="Headers of the answer" />
          )}
          {delivery.responseBody ? (
            <Body text={delivery.responseBody} label="Body of the answer" />
          ) : (
            <p className="quiet">
              {delivery.answerDropped
                ? 'The answer was dropped: of several attempts, those of the first and the last are kept.'
                : 'The answer has no body.'}
            </p>
          )}
          {delivery.sent && (
            <details>
              <summary>What was really sent</summary>
              <Headers headers={delivery.sent.headers} label="Headers that were sent" />
              <Body text={delivery.sent.body} label="Body that was sent" />
            </details>
          )}
        </div>
      </details>
    </li>
  )
}
