/** What a person must not overlook: a signature that does not hold, a twin with another body, an odd message. */

import type { ReactNode } from 'react'
import type { TwinEntry } from '../../../src/contract/detail.ts'
import type { Notification } from '../../../src/contract/notification.ts'
import classes from './alarms.module.css'
import { Icon } from './icons.tsx'
import { Outside } from './outside.tsx'

interface AlarmsProps {
  notification: Notification
  twins: TwinEntry[]
  onCompare: (seq: number) => void
}

export function Alarms({ notification, twins, onCompare }: AlarmsProps) {
  const { problems, signature } = notification
  const other = twins.find((twin) => !twin.sameBody)
  // The sink says it on the later one of the two only; here it is said on both, with the way to look.
  const told = problems.filter((problem) => other === undefined || !problem.startsWith('Suspicious:'))
  return (
    <>
      {signature.outcome === 'invalid' && (
        <Alarm tone="bad">
          <b>Not genuine.</b> Its token does not hold
          {signature.problems[0] !== undefined && (
            <>
              {': '}
              <Outside text={signature.problems[0]} />
            </>
          )}
        </Alarm>
      )}
      {other && (
        <Alarm tone="bad">
          <b>Suspicious.</b> No. {other.seq} has the same id and another body. The token signs no part of the
          body, so one of the two may be forged.{' '}
          <button type="button" className={classes.act} onClick={() => onCompare(other.seq)}>
            Compare the two
          </button>
        </Alarm>
      )}
      {told.map((problem) => (
        <Alarm key={problem} tone={problem.startsWith('Suspicious:') ? 'bad' : 'warn'}>
          <Outside text={problem} />
        </Alarm>
      ))}
    </>
  )
}

function Alarm({ tone, children }: { tone: 'bad' | 'warn'; children: ReactNode }) {
  return (
    <div className={`${classes.alarm} tone-${tone}`} role="note">
      <Icon name="alarm" size={15} />
      <p>{children}</p>
    </div>
  )
}
