/** Watches whether anybody listens at a target: a TCP connection on start, and again and again while nobody does. */

import { connect } from 'node:net'
import type { TargetStatus } from '../contract/status.ts'
import { explainFailure } from '../http/exchange.ts'
import { lookup } from '../http/loopback.ts'
import { portOf } from './targets.ts'

export interface HealthWatch {
  health(): TargetStatus['health']
  /** Why the target is unreachable: a phrase; `null` if it isn't. */
  reason(): string | null
  /** A delivery was refused. */
  suspect(): void
  /** A delivery was answered. */
  confirm(): void
  close(): void
}

/** Told once per change. */
export function watchHealth(
  url: URL,
  onChange: (health: TargetStatus['health']) => void,
  everyMs = 1_000,
): HealthWatch {
  let health: TargetStatus['health'] = 'unknown'
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let reason = refused

  function set(next: TargetStatus['health']): void {
    if (next === health || closed) return
    health = next
    onChange(health)
  }

  async function check(): Promise<void> {
    const problem = await tryToConnect(url)
    if (closed) return
    reason = problem ?? refused
    set(problem === null ? 'healthy' : 'unreachable')
    if (problem !== null) again()
  }

  function again(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void check(), everyMs).unref()
  }

  void check()
  return {
    health: () => health,
    reason: () => (health === 'unreachable' ? reason : null),
    suspect() {
      reason = refused
      set('unreachable')
      again()
    },
    confirm() {
      set('healthy')
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

const refused = 'connection refused'
const timeoutMs = 3_000

/** Why there is no connection: a phrase; `null` if there is one. */
function tryToConnect(url: URL): Promise<string | null> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: portOf(url), timeout: timeoutMs, lookup })
    const settle = (problem: string | null) => {
      socket.destroy()
      resolve(problem)
    }
    socket.once('connect', () => settle(null))
    socket.once('timeout', () => settle(`no connection within ${timeoutMs / 1_000} s`))
    socket.once('error', (error) => settle(explainFailure(error)))
  })
}
