/** Ports for servers that are stopped and started again, or that must be refused in between. */

import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below 32768, where Linux begins to choose ports for `listen(0)` and for outgoing connections (macOS: 49152). A port
 * from that range may belong to another socket by the time a test listens on it again.
 */
const firstPort = 10_000
const portsPerProcess = 200
const processes = 110

/** Test files run in processes of their own, and process ids that are in use at the same time are rarely 110 apart. */
const base = firstPort + (process.pid % processes) * portsPerProcess
let used = 0

/** A port on 127.0.0.1 that is free, and that no other call returns before 199 others were returned. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < portsPerProcess; tried++) {
    const port = base + (used++ % portsPerProcess)
    if (await isFree(port)) return port
  }
  throw new Error(`All ${portsPerProcess} ports from ${base} are in use.`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
