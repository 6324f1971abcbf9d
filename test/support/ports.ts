/** Ports for servers that are stopped and started again, or that must be refused in between. */

import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/**
 * Below 32768, where Linux begins to choose ports for `listen(0)` and for outgoing connections (macOS: 49152). A port
 * from that range may belong to another socket by the time a test listens on it again.
 */
const firstPort = 10_000
const portsPerProcess = 200
const slices = 110

/** The first port of this process's slice, on which it listens as long as it lives: no other process uses the slice. */
let slice: Promise<number> | undefined
let used = 0

/** A port on 127.0.0.1 that is free, and that no other call returns before 198 others were returned. */
export async function freePort(): Promise<number> {
  const base = await (slice ??= claimSlice())
  for (let tried = 1; tried < portsPerProcess; tried++) {
    const port = base + 1 + (used++ % (portsPerProcess - 1))
    const server = await listen(port)
    if (server === null) continue
    server.close()
    await once(server, 'close')
    return port
  }
  throw new Error(`All ${portsPerProcess} ports from ${base} are in use.`)
}

/** Test files run in processes of their own, so the process id is a good place to start looking. */
async function claimSlice(): Promise<number> {
  for (let tried = 0; tried < slices; tried++) {
    const base = firstPort + ((process.pid + tried) % slices) * portsPerProcess
    const lock = await listen(base)
    if (lock === null) continue
    lock.unref()
    return base
  }
  throw new Error(`All ${slices} slices of ports from ${firstPort} are in use.`)
}

/** `null` if another socket has the port. */
async function listen(port: number): Promise<Server | null> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch {
    return null
  }
}
