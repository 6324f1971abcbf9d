/** Did the team get it? How the publication to the stream stands, with every attempt. */

import type { Notification } from '../../../src/contract/notification.ts'
import { publicationText } from '../../../src/contract/vocabulary.ts'
import { toClock, toDuration, toFullTime } from '../clock-words.ts'
import { placeOf, published } from '../publication.ts'
import { capitalise } from '../words.ts'
import classes from './answers.module.css'
import { Chip } from './chip.tsx'
import { Outside } from './outside.tsx'
import screens from './screens.module.css'
import { Section } from './section.tsx'

interface PublishedProps {
  notification: Notification
  /** It is still to be published, and was not tried yet. */
  waits: boolean
  nowMs: number
}

export function Published({ notification, waits, nowMs }: PublishedProps) {
  const attempts = published(notification.deliveries)
  const last = attempts.at(-1)
  if (!last) return waits ? <Waits /> : null
  const { tone, label, meaning } = publicationText(last.verdict)
  const place = placeOf(last)
  return (
    <Section title="Did the team get it?" aside={<Chip tone={tone}>{label}</Chip>}>
      <p className={classes.words}>{meaning}</p>
      {last.error !== null && (
        <p className={classes.error}>
          <Outside text={`${capitalise(last.error)}.`} />
        </p>
      )}
      {last.nextAttemptAt !== null && (
        <p className="quiet">It is published again at {toClock(last.nextAttemptAt, nowMs)}.</p>
      )}
      <p className={classes.note}>
        {place && (
          <>
            Message <b>{place.seq}</b> of the stream{' '}
            <b>
              <Outside text={place.stream} />
            </b>{' '}
            {place.duplicate && '(it was there already) '}
          </>
        )}
        {place ? 'at ' : 'The stream is at '}
        <Outside text={last.target} />.
      </p>
      {attempts.length > 1 && (
        <>
          <h4 className={screens.sub}>Attempts, the newest first</h4>
          <ol className={screens.history} aria-label="Attempts to publish" tabIndex={0}>
            {attempts.toReversed().map(({ id, attempt, startedAt, verdict, error, durationMs }) => (
              <li key={id} className={`tone-${publicationText(verdict).tone}`}>
                <time dateTime={startedAt} title={toFullTime(startedAt)}>
                  {toClock(startedAt, nowMs)}
                </time>
                <b>attempt {attempt}</b>
                <span>
                  {error === null ? publicationText(verdict).label : <Outside text={error} />}
                  {durationMs !== null && ` · ${toDuration(durationMs)}`}
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </Section>
  )
}

function Waits() {
  return (
    <Section title="Did the team get it?" aside={<Chip tone="warn">waits</Chip>}>
      <p className={classes.words}>
        Not yet: it waits for the stream, and is published when the server is back.
      </p>
    </Section>
  )
}
