/** A line across the page: the daemon is away, the store is gone, the team is cut off, or the last thing that a person did has failed. */

import { Button } from '@mantine/core'
import type { Status } from '../../../src/contract/status.ts'
import { toClock } from '../clock-words.ts'
import { findAlarms, toTone } from '../finding-words.ts'
import type { Link, Notice } from '../state.ts'
import classes from './banner.module.css'
import { Outside } from './outside.tsx'

interface BannerProps {
  link: Link
  notice: Notice | null
  status: Status | null
  nowMs: number
  onRetry: () => void
  onDismiss: () => void
}

export function Banner({ link, notice, status, nowMs, onRetry, onDismiss }: BannerProps) {
  const alarms = status && link.phase === 'live' ? findAlarms(status, nowMs) : []
  return (
    <div aria-live="polite">
      {link.phase === 'lost' && (
        <div className={`${classes.banner} tone-bad`}>
          <p>
            <b>fic-dev does not answer</b> since {toClock(new Date(link.lostAtMs).toISOString(), nowMs)}. What
            you see is from before. Start it again where it ran; this page then reconnects.
          </p>
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try now
          </Button>
        </div>
      )}
      {alarms.map((finding) => (
        <div key={finding.code} className={`${classes.banner} tone-${toTone(finding)}`}>
          <p>
            <b>
              <Outside text={finding.what} />
            </b>{' '}
            {finding.part === 'sharing' && status?.share && `Since ${toClock(status.share.since, nowMs)}. `}
            <Outside text={`${finding.why} ${finding.todo}`} />
          </p>
          <a href="#/status">Status</a>
        </div>
      ))}
      {notice && (
        <div className={`${classes.banner} tone-${notice.tone}`}>
          <p>
            <b>
              <Outside text={notice.text} />
            </b>{' '}
            {notice.hint && <Outside text={notice.hint} />}
          </p>
          <Button size="compact-sm" variant="default" onClick={onDismiss}>
            Dismiss
          </Button>
        </div>
      )}
    </div>
  )
}
