/** Sees an open tunnel die. Only a request that does not come back is proof; all else is a reason to send one. */

import { setTimeout as sleep } from 'node:timers/promises'

import type { Alarm } from './alarm.ts'
import type { ProbeOutcome } from './probe.ts'
import type { TunnelHint, TunnelProvider } from './provider.ts'
import type { TunnelTiming } from './timing.ts'

/** Why to probe earlier than planned. */
export type Doubt = TunnelHint | { kind: 'clock' | 'asked'; words: string }

export interface Watch {
  provider: Pick<TunnelProvider, 'runs' | 'urlStability'>
  timing: Pick<TunnelTiming, 'probeIntervalMs' | 'suspectIntervalMs' | 'hintPauseMs'>
  alarm: Alarm<Doubt>
  probe: () => Promise<ProbeOutcome>
  became: (state: Sight, detail: string | null) => void
  /** Whether a request has come back before the watch begins. */
  isProven: boolean
  signal: AbortSignal
}

export type Sight = 'up' | 'suspect' | 'unknown' | 'down'

/**
 * Returns when the tunnel is down and can be opened again; where nothing of ours runs, it goes on watching. Rejects
 * when `signal` aborts.
 */
export async function watchTunnel(watch: Watch): Promise<void> {
  const { provider, timing, alarm, probe, became, isProven, signal } = watch
  let sight: Sight = isProven ? 'up' : 'unknown'
  let failures = 0
  let hinted = false
  for (;;) {
    const doubt = await alarm.wait(sight === 'up' ? timing.probeIntervalMs : timing.suspectIntervalMs, signal)
    if (doubt && isHint(doubt)) {
      hinted = true
      if (sight === 'up') became('suspect', doubt.words)
      await sleep(timing.hintPauseMs, undefined, { signal })
      alarm.clear()
    }
    const outcome = await probe()
    signal.throwIfAborted()

    const known = outcome.outcome !== 'unknown' || (hinted && provider.urlStability === 'per-start')
    if (outcome.outcome === 'ok') {
      failures = 0
      hinted = false
    } else if (known) {
      failures += 1
    }
    sight = outcome.outcome === 'ok' ? 'up' : !known ? 'unknown' : failures < 2 ? 'suspect' : 'down'
    became(sight, outcome.outcome === 'ok' ? null : outcome.reason)
    if (sight === 'down' && provider.runs) return
  }
}

function isHint(doubt: Doubt): boolean {
  return doubt.kind !== 'clock' && doubt.kind !== 'asked'
}
