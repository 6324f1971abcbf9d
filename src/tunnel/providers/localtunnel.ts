/** The provider `localtunnel`: the free public service, or a server of one's own with `--tunnel-host`. */

import { Worker } from 'node:worker_threads'

import { FicDevError, messageOf } from '../../errors.ts'
import { findProxy } from '../../http/proxy.ts'
import { get } from '../get.ts'
import type { LocaltunnelMessage, LocaltunnelTask } from './localtunnel-worker.ts'
import { resolveName } from '../offline.ts'
import type { OpenTunnel, OpeningOptions, TunnelProvider } from '../provider.ts'
import { isSubdomain, subdomainRule } from './subdomain.ts'

const publicHost = 'https://localtunnel.me'

/** `host` is the localtunnel server's address without a trailing slash. */
export function localtunnelProvider(host: string = publicHost): TunnelProvider {
  return {
    name: 'localtunnel',
    urlStability: 'best-effort',
    runs: true,
    start: (options) => openTunnel(host, options),
  }
}

async function openTunnel(host: string, options: OpeningOptions): Promise<OpenTunnel> {
  const { port, desired, signal, timeoutMs, onHint } = options
  if (desired !== null && !isSubdomain(desired)) {
    throw new FicDevError('CONFIG_INVALID', `The subdomain "${desired}" is not possible with localtunnel.`, {
      hint: `It may have ${subdomainRule}. Example: --subdomain my-shop-hooks`,
    })
  }
  signal.throwIfAborted()
  // The client would try again in silence for as long as it has.
  const unknown = await resolveName(new URL(host).hostname.replaceAll(/^\[|\]$/g, ''))
  signal.throwIfAborted()
  if (unknown !== null) throw new Error(`${host} can't be resolved on this machine (${unknown}).`)
  const worker = startWorker({ port, host, subdomain: desired })
  const loaded = waitUntilLoaded(worker)
  const end = async () => {
    await loaded
    await worker.terminate()
  }
  // Three quarters of the time for the tunnel, the rest to find out why there is none: the client never says.
  const opened = await openedUrl(worker, signal, timeoutMs * 0.75)
  if ('problem' in opened) {
    await end()
    signal.throwIfAborted()
    const why = opened.problem ?? (await askWhy(host, timeoutMs * 0.25))
    const kindly = host === publicHost ? ' The free service is sometimes down for several hours.' : ''
    throw new Error(`${host} gave no tunnel: ${why}.${kindly}`)
  }

  const { url } = opened
  let stopping = false
  worker.on('message', (message: LocaltunnelMessage) => {
    if (message.type === 'error' && !stopping) onHint({ kind: 'error', words: message.message })
  })
  worker.on('exit', () => {
    if (!stopping) onHint({ kind: 'exit', words: 'The localtunnel client ended.' })
  })
  return {
    url,
    granted: firstLabel(url),
    async stop() {
      stopping = true
      await end()
    },
    drain: (signal) => drain(desired === null ? url : withFirstLabel(url, desired), signal),
  }
}

function startWorker(task: LocaltunnelTask): Worker {
  const worker = new Worker(workerEntry(), {
    workerData: task,
    // The library needs none of our environment, and the access token is in there.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  // Taken and dropped: what a library prints must not get between the lines on our stdout.
  worker.stdout.resume()
  worker.stderr.resume()
  // Without a listener the error of a thread is thrown here; its exit is what tells us.
  worker.on('error', () => {})
  return worker
}

/** Node 20 can crash when a thread is terminated while it still loads its modules. */
function waitUntilLoaded(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('message', () => resolve())
    worker.once('exit', () => resolve())
  })
}

/** Built, the thread stands beside the bundle. From source it is TypeScript, which a thread's first file cannot be. */
function workerEntry(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('./localtunnel-worker.js', import.meta.url)
  const tsx = import.meta.resolve('tsx/esm/api')
  const entry = new URL('./localtunnel-worker.ts', import.meta.url).href
  const code = `import { tsImport } from ${JSON.stringify(tsx)}; await tsImport(${JSON.stringify(entry)}, ${JSON.stringify(entry)})`
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`)
}

/** The address that the server gave, or the problem, `null` when there was only silence. */
function openedUrl(
  worker: Worker,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<{ url: string } | { problem: string | null }> {
  const settled = new AbortController()
  return new Promise<{ url: string } | { problem: string | null }>((done) => {
    let problem: string | null = null
    const giveUp = () => done({ problem })
    worker.on('message', (message: LocaltunnelMessage) => {
      if (message.type === 'loaded') return
      if (message.type === 'error') problem = message.message
      else if (URL.canParse(message.url)) done({ url: new URL(message.url).origin })
      else done({ problem: `the address it gave is "${message.url}"` })
    })
    worker.once('error', (error) => done({ problem: messageOf(error) }))
    worker.once('exit', giveUp)
    signal.addEventListener('abort', giveUp, { signal: settled.signal })
    const timer = setTimeout(giveUp, timeoutMs)
    settled.signal.addEventListener('abort', () => clearTimeout(timer))
  }).finally(() => settled.abort())
}

/** What the server says of itself. Asks for its status page, which makes no tunnel and holds no name. */
async function askWhy(host: string, timeoutMs: number): Promise<string> {
  const result = await get(`${host}/api/status`, { timeoutMs })
  if (!result.isAnswered) return result.code === 'TIMEOUT' ? 'it does not answer' : result.reason
  if (result.status !== 200) return `it answers ${result.status} ${result.statusText}`.trimEnd()
  if (!isStatusPage(result.body.toString())) return 'the server at this address is not a localtunnel server'
  return findProxy(new URL(host)) === null
    ? 'it is up, but gives no tunnel now'
    : 'it is up, but a tunnel needs direct connections, and this network allows connections only through its proxy'
}

function isStatusPage(body: string): boolean {
  try {
    const status: unknown = JSON.parse(body)
    return typeof status === 'object' && status !== null && 'tunnels' in status
  } catch {
    return false
  }
}

/**
 * Each request uses up one of the ten dead connections that may be left of a former tunnel; the server frees the name
 * a second after the last.
 */
async function drain(url: string, signal: AbortSignal): Promise<void> {
  const uses = Array.from({ length: 10 }, () => get(`${url}/`, { timeoutMs: 2_000, signal }))
  await Promise.all(uses)
}

function firstLabel(url: string): string {
  return new URL(url).hostname.split('.')[0] ?? ''
}

function withFirstLabel(url: string, label: string): string {
  const changed = new URL(url)
  changed.hostname = changed.hostname.replace(/^[^.]*/, label)
  return changed.origin
}
