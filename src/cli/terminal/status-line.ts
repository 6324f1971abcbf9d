/** Keeps the status line of a daemon: what stands at the bottom of the terminal while it runs. */

import type { Daemon } from '../../daemon.ts'
import type { Output } from '../output.ts'
import { statusParts, waitedFor, type StatusFacts } from './status-text.ts'
import { fitParts } from './width.ts'

export interface StatusLine {
  /** Deliveries were held back, or let go. */
  paused(isPaused: boolean): void
  /** From now on it only says that the end is near; to be told before the daemon closes. */
  closing(): void
  remove(): void
}

/** The daemon counts in its store, so it is asked at most so often. */
const askEveryMs = 200

const noLine: StatusLine = { paused: () => {}, closing: () => {}, remove: () => {} }

/** To be called before the daemon starts. Nothing happens where there is no terminal to draw in. */
export function showStatusLine(
  daemon: Pick<Daemon, 'on' | 'status'>,
  { bottom, colors }: Pick<Output, 'bottom' | 'colors'>,
): StatusLine {
  if (bottom === null) return noLine
  const facts: StatusFacts = { status: null, phase: 'starting', waitedMs: 0, received: 0, isPaused: false }
  let isOld = false
  let askedAt = -Infinity
  let waited = { for: '', since: performance.now() }
  let timer: NodeJS.Timeout | null = null

  const forget = daemon.on((message) => {
    isOld = true
    if (message.type === 'notification') facts.received += 1
    if (message.type === 'ready') facts.phase = 'ready'
    bottom.changed()
  })

  function refresh(now: number): void {
    // A start has steps that are not told.
    if (facts.phase === 'closing' || (facts.phase === 'ready' && !isOld)) return
    if (now - askedAt < askEveryMs) {
      timer ??= setTimeout(() => {
        timer = null
        bottom?.changed()
      }, askEveryMs).unref()
      return
    }
    askedAt = now
    isOld = false
    try {
      facts.status = daemon.status()
    } catch {
      // Its parts are not built yet, or closed already.
    }
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
    paused(isPaused) {
      facts.isPaused = isPaused
      bottom.changed()
    },
    closing() {
      facts.phase = 'closing'
      bottom.changed()
    },
    remove() {
      forget()
      if (timer !== null) clearTimeout(timer)
      bottom.remove()
    },
  }
}
