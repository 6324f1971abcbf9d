/** A machine without a network is no fault of the tunnel. */

import { resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { isOffline, isUnresolved, offlineWords } from '../../src/tunnel/offline.ts'
import { createTunnel, type TunnelOptions } from '../../src/tunnel/supervisor.ts'
import { createFolder, follow } from '../support/process.ts'
import { sinkPath, startSink } from '../support/sink.ts'
import { ObedientProvider, shortTiming, statusOf } from './parts.ts'

const words = 'getaddrinfo ENOTFOUND tunnels.example'

/** A tunnel whose service has a name that is found only once `network.isThere`. */
async function openTunnel(changes: Partial<TunnelOptions> = {}) {
  const sink = await startSink()
  const network = { isThere: false, looks: 0 }
  const provider = new ObedientProvider(() => {
    if (!network.isThere) throw new Error(words)
    return { url: sink.origin, granted: 'shop-hooks' }
  })
  const tunnel = createTunnel({
    provider,
    port: sink.port,
    sinkPath,
    probe: sink.probe,
    subdomain: 'shop-hooks',
    log: silentLog(),
    timing: { ...shortTiming, releaseMs: 5, attemptsPerHour: 2 },
    isOffline: async () => {
      network.looks += 1
      return !network.isThere
    },
    ...changes,
  })
  onTestFinished(() => tunnel.close())
  const told: (string | null)[] = []
  tunnel.onChange(({ detail }) => told.push(detail))
  return { tunnel, provider, network, told }
}

test('offline is said once and at once; no attempt is made or counted until the network is back', async () => {
  const { tunnel, provider, network, told } = await openTunnel()
  const starting = tunnel.start()
  await statusOf(tunnel, ({ detail }) => detail?.startsWith(offlineWords) ?? false)
  await expect.poll(() => network.looks).toBeGreaterThan(5)
  expect([provider.asked.length, told.length]).toEqual([1, 1])
  network.isThere = true
  await starting
  expect([provider.asked.length, tunnel.status().state]).toEqual([2, 'up'])
})

test('a network that does not come back in time is what the failure says, and nothing else', async () => {
  const timing = { ...shortTiming, openingLimitMs: 200 }
  const { tunnel } = await openTunnel({ timing })
  await expect(tunnel.start()).rejects.toMatchObject({
    code: 'FIC_DEV_E_TUNNEL_FAILED',
    message: `No tunnel could be opened. ${offlineWords}`,
  })
})

test('if only one name is not found, the reason is that of the provider', async () => {
  const { tunnel, network } = await openTunnel({ isOffline: async () => false })
  const starting = tunnel.start()
  const { detail } = await statusOf(tunnel, (status) => status.detail !== null)
  expect(detail).toBe(words)
  network.isThere = true
  await starting
})

test.each([
  'getaddrinfo ENOTFOUND a.example',
  'getaddrinfo EAI_AGAIN a.example',
  'dial tcp: lookup api.trycloudflare.com: no such host',
  'ssh: Could not resolve hostname a.example: Temporary failure in name resolution',
  'ssh: Could not resolve hostname a.example: nodename nor servname provided, or not known',
  'the host was not found',
])('is about a name: %s', (text) => expect(isUnresolved(text)).toBe(true))

test.each(['connect ECONNREFUSED 127.0.0.1:80', 'it answers 502 Bad Gateway'])('is not: %s', (text) =>
  expect(isUnresolved(text)).toBe(false),
)

test('behind a proxy, which resolves names itself, offline is not concluded', async () => {
  const before = process.env['HTTPS_PROXY']
  process.env['HTTPS_PROXY'] = 'http://127.0.0.1:9'
  onTestFinished(() => {
    if (before === undefined) delete process.env['HTTPS_PROXY']
    else process.env['HTTPS_PROXY'] = before
  })
  expect(await isOffline()).toBe(false)
})

test('a start without a network says so at once, and blames no service', async () => {
  const daemon = follow(['start', '--tunnel', 'localtunnel', '--port', '0', '--sink-port', '0'], {
    cwd: createFolder(),
    environment: { NODE_OPTIONS: `--require ${resolve('test/support/no-names.cjs')}` },
  })
  await daemon.said(offlineWords)
  daemon.signal('SIGTERM')
  expect(await daemon.ended).toBe(0)
  expect(daemon.stderr().match(/offline:/g)).toHaveLength(1)
  expect(daemon.stderr()).not.toMatch(/free service|error:/)
})
