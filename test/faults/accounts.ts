/** What the built daemon has in its books after a fault: which notifications are stored, and which came to the target. */

import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { run, type JsonLine, type Running } from '../cli/process.ts'
import type { Target } from '../support/target.ts'

export const isReady = (line: JsonLine) => line['type'] === 'ready'

/** A port that nobody has now: the sink must be where it was after a restart. */
export async function freePort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return String(port)
}

export async function kill(daemon: Running): Promise<void> {
  daemon.signal('SIGKILL')
  await daemon.ended
}

/** Of the daemon that runs in this folder. */
export function pidIn(cwd: string, dataDir = '.fic-dev'): number {
  return JSON.parse(readFileSync(join(cwd, dataDir, 'daemon.json'), 'utf8')).pid
}

export const idsAt = (target: Target) =>
  new Set(target.received.map(({ headers }) => String(headers['ce-id'])))

/** Waits until the target has got every one of these. */
export async function arrived(target: Target, ids: readonly string[]): Promise<void> {
  const missing = new Set(ids)
  let seen = 0
  while (missing.size > 0) {
    // Each of them needs a request of its own.
    const received = await target.waitFor(seen + missing.size)
    for (const { headers } of received.slice(seen)) missing.delete(String(headers['ce-id']))
    seen = received.length
  }
}

/** The CloudEvents ids that the store of a folder holds, as an export tells them. */
export async function storedIds(cwd: string, flags: readonly string[] = []): Promise<string[]> {
  const { stdout } = await run(['export', '--format', 'ndjson', ...flags], { cwd })
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line).notification.cloudEvent.id)
}
