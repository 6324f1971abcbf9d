/** Keeps the status line of a daemon: what stands at the bottom of the terminal while it runs. */

import type { Daemon, DaemonMessage } from '../../daemon.ts'
import type { Output } from '../output.ts'
import { statusParts, waitedFor, type StatusFacts } from './status-text.ts'
import { fitParts } from './width.ts'

export interface StatusLine {
  /** To be called with each message of the daemon. */
  hear(message: Pick<DaemonMessage, 'type'>): void
  /** From now on the status is asked of this daemon. */
  watch(daemon: Pick<Daemon, 'status'>): void
  /** Deliveries were held back, or let go. */
  paused(isPaused: boolean): void
  /** From now on it only says that the end is near; to be told before the daemon closes. */
  closing(): void
  remove(): void
}

/** The daemon counts in its store, so it is asked at most so often. */
const askEveryMs = 200

const noLine: StatusLine = {
  hear: () => {},
  watch: () => {},
  paused: () => {},
  closing: () => {},
  remove: () => {},
}

/** Nothing happens where there is no terminal to draw in. */
export function showStatusLine({ bottom, colors }: Pick<Output, 'bottom' | 'colors'>): StatusLine {
  if (bottom === null) return noLine
  const facts: StatusFacts = { status: null, phase: 'starting', waitedMs: 0, received: 0, isPaused: false }
  let daemon: Pick<Daemon, 'status'> | null = null
  let isOld = false
  let askedAt = -Infinity
  let waited = { for: '', since: performance.now() }
  let timer: NodeJS.Timeout | null = null

  function refresh(now: number): void {
    // A start has steps that are not told.
    if (daemon === null || facts.phase === 'closing' || (facts.phase === 'ready' && !isOld)) return
    if (now - askedAt < askEveryMs) {
      timer ??= setTimeout(() => {
        timer = null
        bottom?.changed()
      }, askEveryMs).unref()
      return
    }
    askedAt = now
    isOld = false
    facts.status = daemon.status()
  }

  bottom.show({
    text(columns) {
      const now = performance.now()
      refresh(now)
      const what = waitedFor(facts)
      if (waited.for !== what) waited = { for: what, since: now }
      facts.waitedMs = now - waited.since
      return ` ${fitParts(statusParts(facts, colors), colors.dim(' · '), columns - 1)}`
    },
    moves: () => facts.phase !== 'ready',
  })

  return {
    hear({ type }) {
      isOld = true
      if (type === 'notification') facts.received += 1
      if (type === 'ready') facts.phase = 'ready'
      bottom.changed()
    },
    watch(built) {
      daemon = built
    },
    paused(isPaused) {
      facts.isPaused = isPaused
      bottom.changed()
    },
    closing() {
      facts.phase = 'closing'
      bottom.changed()
    },
    remove() {
      if (timer !== null) clearTimeout(timer)
      bottom.remove()
    },
  }
}
