/** Watches whether anybody listens at a target: a TCP connection on start, and again and again while nobody does. */

import { connect } from 'node:net'
import type { TargetStatus } from '../contract/status.ts'
import { portOf } from './targets.ts'

export interface HealthWatch {
  health(): TargetStatus['health']
  /** A delivery found nobody there. */
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

  function set(next: TargetStatus['health']): void {
    if (next === health || closed) return
    health = next
    onChange(health)
  }

  async function check(): Promise<void> {
    const listening = await isListening(url)
    if (closed) return
    set(listening ? 'healthy' : 'unreachable')
    if (!listening) again()
  }

  function again(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void check(), everyMs).unref()
  }

  void check()
  return {
    health: () => health,
    suspect() {
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

function isListening(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url), timeout: 3_000 })
    const settle = (listening: boolean) => {
      socket.destroy()
      resolve(listening)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(false))
    socket.once('error', () => settle(false))
  })
}
