/** A stranger with the sink's path and no key: sends what is heavy, odd or endless, over and over. */

import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const manyIds = JSON.stringify({ data: { ids: Array.from({ length: 100_000 }, (_, index) => index) } })
const fewerIds = manyIds.slice(0, 60_000)

/** Sends until the signal aborts; returns how often each status came. */
export async function attack(sinkUrl: string, signal: AbortSignal): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  const bodies = [manyIds, fewerIds, 'x'.repeat(64 * 1024), '{}']
  const headers = { 'content-type': 'application/json', 'ce-id': '0:junk', 'ce-type': 'junk' }

  async function send(): Promise<void> {
    for (let sent = 0; !signal.aborted; sent++) {
      const body = bodies[sent % bodies.length] ?? ''
      const response = await fetch(sinkUrl, { method: 'POST', headers, body }).catch(() => null)
      await response?.arrayBuffer().catch(() => {})
      const status = response?.status ?? 0
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      // The sender takes time from the daemon that it attacks: they share two cores.
      await pause(20)
    }
  }

  async function sendGarbage(): Promise<void> {
    const { port, pathname } = new URL(sinkUrl)
    while (!signal.aborted) {
      const socket = connect({ host: '127.0.0.1', port: Number(port) })
      socket.on('error', () => {})
      socket.write(`POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}garbage\r\n\r\n`)
      await new Promise((resolve) => socket.once('close', resolve).resume())
      await pause(200)
    }
  }

  await Promise.all([send(), send(), sendGarbage()])
  return statuses
}
