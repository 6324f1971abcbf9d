/**
 * The localtunnel client, in a thread of its own: its attempts cannot be cancelled and its errors end a process, a
 * thread can be terminated. A bundle entry; `localtunnel.ts` starts it. The only file that imports localtunnel.
 */

import dns from 'node:dns'
import net from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

import localtunnel from 'localtunnel'

import { messageOf } from '../../errors.ts'
import { lookup } from '../../http/loopback.ts'

export interface LocaltunnelTask {
  /** The sink's port. */
  port: number
  /** The localtunnel server. */
  host: string
  subdomain: string | null
}

export type LocaltunnelMessage =
  { type: 'loaded' } | { type: 'open'; url: string } | { type: 'error'; message: string }

const task: LocaltunnelTask = workerData

function tell(message: LocaltunnelMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port between threads has no origin
  parentPort?.postMessage(message)
}

process.on('uncaughtException', (error) => tell({ type: 'error', message: messageOf(error) }))
process.on('unhandledRejection', (reason) => tell({ type: 'error', message: messageOf(reason) }))

// The client connects to `localhost`, where ::1 may come first and the sink does not listen. Its option `local_host`
// is no way out: with it every body is read as text and damaged. These changes end with the thread.
const { connect } = net
const toSink = (options: unknown) =>
  typeof options === 'object' &&
  options !== null &&
  'host' in options &&
  options.host === 'localhost' &&
  'port' in options &&
  options.port === task.port
Object.assign(net, {
  connect: (...options: Parameters<typeof connect>) =>
    toSink(options[0]) ? connect({ host: '127.0.0.1', port: task.port }) : connect(...options),
})
Object.assign(dns, { lookup })

tell({ type: 'loaded' })
const tunnel = await localtunnel({
  port: task.port,
  host: task.host,
  ...(task.subdomain === null ? {} : { subdomain: task.subdomain }),
})
tunnel.on('error', (error: unknown) => tell({ type: 'error', message: messageOf(error) }))
tell({ type: 'open', url: tunnel.url })
