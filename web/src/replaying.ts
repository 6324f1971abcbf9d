/** Replay of the opened notification: how it is signed, whether it can go out, whether one is on its way. */

import { useState } from 'react'
import type { ReplaySignature } from '../../src/contract/vocabulary.ts'
import { readExpiryMs } from './expiry.ts'
import type { Network } from './network.ts'
import { handedOver } from './publication.ts'
import type { State } from './state.ts'

export interface Replaying {
  sign: ReplaySignature
  choose: (sign: ReplaySignature) => void
  /** Where it goes; `null` when no target is named. */
  target: string | null
  /** There is a target, and the daemon is there. */
  possible: boolean
  running: boolean
  start: () => void
}

export function useReplaying({ detail, status, link }: State, network: Network, nowMs: number): Replaying {
  const [chosen, choose] = useState<ReplaySignature | null>(null)
  const [running, setRunning] = useState(false)
  const target = handedOver(detail?.deliveries ?? []).at(-1)?.target ?? status?.targets[0]?.url ?? null
  const possible = target !== null && link.phase === 'live'
  const sign = chosen ?? defaultSign(detail, nowMs)

  async function replay(seq: number): Promise<void> {
    setRunning(true)
    await network.replay(seq, { sign })
    setRunning(false)
  }

  return {
    sign,
    choose,
    target,
    possible,
    running,
    start: () => {
      if (detail && possible && !running) void replay(detail.seq)
    },
  }
}

/** What a replay takes when nobody has chosen: the original signature as long as it is good. */
function defaultSign(detail: State['detail'], nowMs: number): ReplaySignature {
  const expiryMs = detail?.signature.outcome === 'valid' ? readExpiryMs(detail.signature) : null
  return expiryMs !== null && expiryMs <= nowMs ? 'dev' : 'original'
}
