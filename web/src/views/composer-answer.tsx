/** What the target answered to what was sent from the composer: the latest large, the ones before in a word. */

import { useEffect, useRef } from 'react'
import type { Delivery } from '../../../src/contract/notification.ts'
import { outcomeTexts } from '../../../src/contract/vocabulary.ts'
import { toClock, toDuration } from '../clock-words.ts'
import { sayOutcome } from '../words.ts'
import { Body } from './body.tsx'
import { CauseNote } from './cause.tsx'
import classes from './composer.module.css'
import { Headers } from './headers.tsx'
import { Outside } from './outside.tsx'

export function ComposerAnswer({ answers, nowMs }: { answers: Delivery[]; nowMs: number }) {
  const [last, ...before] = answers
  const place = useRef<HTMLDivElement>(null)
  const id = last?.id
  // On a narrow screen it would come out of sight, far below the button.
  useEffect(() => {
    // In braces: new browsers give a promise, which React would take for its clean-up.
    place.current?.scrollIntoView({ block: 'nearest' })
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another answer is a reason to show it
  }, [id])
  if (!last) return null
  const { tone, text } = sayOutcome(last)
  return (
    <div ref={place} className={classes.answer}>
      <p className={classes.answerLine} role="status">
        <span className={`${classes.status} tone-${tone}`}>{text}</span>
        <span>
          {outcomeTexts[last.verdict].meaning}
          <span className="quiet"> {last.durationMs !== null && toDuration(last.durationMs)}</span>
        </span>
      </p>
      <CauseNote cause={last.cause} />
      {last.error !== null && last.cause === null && (
        <p>
          <Outside text={last.error} />
        </p>
      )}
      {last.responseBody ? (
        <Body text={last.responseBody} label="Body of the answer" />
      ) : (
        last.status !== null && <p className="quiet">The answer has no body.</p>
      )}
      {last.responseHeaders.length > 0 && (
        <details>
          <summary>Headers of the answer</summary>
          <Headers headers={last.responseHeaders} label="Headers of the answer" />
        </details>
      )}
      {before.length > 0 && (
        <p className="quiet">
          Before:{' '}
          {before.map((each) => `${sayOutcome(each).text} at ${toClock(each.startedAt, nowMs)}`).join(', ')}
        </p>
      )}
    </div>
  )
}
