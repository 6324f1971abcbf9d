/** What the tests of single providers share: one opening, as the supervisor asks for it, and what it was hinted. */

import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'

import type { OpeningOptions, OpenTunnel, TunnelHint, TunnelProvider } from '../../src/tunnel/provider.ts'

export interface TestOpening {
  options: OpeningOptions
  hints: TunnelHint[]
  /** Resolves with the first hint, past or to come. */
  hinted: Promise<TunnelHint>
  abort(): void
}

export function openingTo(port: number, timeoutMs = 10_000): TestOpening {
  const hints: TunnelHint[] = []
  const controller = new AbortController()
  let tell: (hint: TunnelHint) => void
  const hinted = new Promise<TunnelHint>((done) => (tell = done))
  const onHint = (hint: TunnelHint) => {
    hints.push(hint)
    tell(hint)
  }
  return {
    hints,
    hinted,
    abort: () => controller.abort(),
    options: { port, desired: 'shop-hooks', signal: controller.signal, timeoutMs, onHint },
  }
}

/** Opened, and stopped with the test. */
export async function startTunnel(provider: TunnelProvider, opening: TestOpening): Promise<OpenTunnel> {
  const tunnel = await provider.start(opening.options)
  onTestFinished(() => tunnel.stop())
  return tunnel
}

/** A process that has ended but that nobody has asked for yet (a zombie) is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
