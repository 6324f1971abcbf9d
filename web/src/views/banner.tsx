/** A line across the page: the daemon is away, or the last thing that a person did has failed. */

import { Button } from '@mantine/core'
import { toClock } from '../clock-words.ts'
import type { Link, Notice } from '../state.ts'
import classes from './banner.module.css'
import { Outside } from './outside.tsx'

interface BannerProps {
  link: Link
  notice: Notice | null
  nowMs: number
  onRetry: () => void
  onDismiss: () => void
}

export function Banner({ link, notice, nowMs, onRetry, onDismiss }: BannerProps) {
  return (
    <div aria-live="polite">
      {link.phase === 'lost' && (
        <div className={`${classes.banner} tone-bad`}>
          <p>
            <b>fic-dev does not answer</b> since {toClock(new Date(link.lostAtMs).toISOString(), nowMs)}. What
            you see is from before. Start it again where it ran; this page goes on by itself.
          </p>
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try now
          </Button>
        </div>
      )}
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
