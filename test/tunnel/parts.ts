/** What the tests of the tunnel share: short waits, and a provider that obeys. */

import type { TunnelStatus } from '../../src/contract/status.ts'
import type { OpenTunnel, OpeningOptions, TunnelProvider } from '../../src/tunnel/provider.ts'
import type { TunnelEvent } from '../../src/tunnel/record.ts'
import type { Tunnel } from '../../src/tunnel/supervisor.ts'
import type { TunnelTiming } from '../../src/tunnel/timing.ts'

/** The waits of the tunnel, short. What a real server needs (a second to free a name) stays. */
export const shortTiming: TunnelTiming = {
  openingLimitMs: 90_000,
  openTimeoutMs: 30_000,
  newNameMs: 10,
  confirmLimitMs: 20_000,
  confirmIntervalMs: 50,
  probeIntervalMs: 150,
  suspectIntervalMs: 50,
  hintPauseMs: 10,
  probeTimeoutMs: 2_000,
  releaseMs: 1_300,
  backoffFirstMs: 20,
  backoffMaxMs: 100,
  heldAfterMs: 300_000,
  offlineIntervalMs: 20,
  attemptsPerHour: 1_000,
  hourMs: 3_600_000,
  clockTickMs: 20,
  clockJumpMs: 10_000,
}

/** Resolves with the first status, the present one included, of which `is` holds. */
export function statusOf(tunnel: Tunnel, is: (status: TunnelStatus) => boolean): Promise<TunnelStatus> {
  if (is(tunnel.status())) return Promise.resolve(tunnel.status())
  return new Promise((done) => {
    const stop = tunnel.onChange((status) => {
      if (!is(status)) return
      stop()
      done(status)
    })
  })
}

/** Resolves at the next such event. */
export function nextEvent(tunnel: Tunnel, wanted: TunnelEvent): Promise<TunnelStatus> {
  return new Promise((done) => {
    const stop = tunnel.onChange((status, event) => {
      if (event !== wanted) return
      stop()
      done(status)
    })
  })
}

/** Stands for a public tunnel service: does what `open` says, and counts. */
export class ObedientProvider implements TunnelProvider {
  readonly name = 'obedient'
  readonly urlStability: TunnelProvider['urlStability']
  readonly runs = true
  readonly asked: OpeningOptions[] = []
  stopped = 0
  drained = 0
  open: (options: OpeningOptions) => Pick<OpenTunnel, 'url' | 'granted'>

  constructor(
    open: (options: OpeningOptions) => Pick<OpenTunnel, 'url' | 'granted'>,
    urlStability: TunnelProvider['urlStability'] = 'best-effort',
  ) {
    this.open = open
    this.urlStability = urlStability
  }

  async start(options: OpeningOptions): Promise<OpenTunnel> {
    this.asked.push(options)
    const opened = this.open(options)
    return {
      ...opened,
      stop: async () => {
        this.stopped += 1
      },
      drain: async () => {
        this.drained += 1
      },
    }
  }
}
