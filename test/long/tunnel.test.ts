/** Tunnel faults that last: an idle tunnel beyond Node's header timeout, and a server that is away for a while. */

import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { TunnelStatus } from '../../src/contract/status.ts'
import type { EmulatedDelivery } from '../../src/emulator/delivery.ts'
import '../support/localtunnel-server-names.cjs'
import { startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { startLocaltunnelServer, type LocaltunnelServer } from '../support/localtunnel-server.ts'
import { sized } from './size.ts'

async function startServer(): Promise<LocaltunnelServer> {
  const server = await startLocaltunnelServer()
  onTestFinished(() => server.stop())
  return server
}

/** Probes would keep the connections of an idle tunnel fresh, so they can be put off. */
async function startBehind(server: LocaltunnelServer, probeIntervalMs?: number): Promise<TestDaemon> {
  const folder = await temporaryFolder()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  const config = { tunnel: ['localtunnel'], tunnelHost: server.url }
  const fic = await startDaemon(folder.path, config, {
    ...(probeIntervalMs !== undefined && { tunnelTiming: { probeIntervalMs } }),
  })
  onTestFinished(() => fic.close())
  return fic
}

/** The emulator's deliveries of these notifications, once none is pending. */
async function settled(fic: TestDaemon, ids: readonly string[]): Promise<EmulatedDelivery[]> {
  const { emulatorUrl } = fic.daemon.addresses()
  const read = async () => {
    const { items } = (await (await fetch(`${emulatorUrl}/_emulator/deliveries`)).json()) as {
      items: EmulatedDelivery[]
    }
    return items.filter(({ notificationId }) => ids.includes(notificationId))
  }
  const isPending = async () => (await read()).some(({ outcome }) => outcome === 'pending')
  await expect.poll(isPending, { timeout: 120_000, interval: 100 }).toBe(false)
  return read()
}

const idleSeconds = sized(130, 20)

test(
  `after ${idleSeconds} s without a request, 12 notifications are taken at the first attempt`,
  { timeout: (idleSeconds + 180) * 1_000 },
  async () => {
    const idleMs = idleSeconds * 1_000
    const fic = await startBehind(await startServer(), idleMs * 10)
    await pause(idleMs)
    const { notificationIds } = await fic.daemon.trigger({ type: 'products.update', count: 12 })
    const deliveries = await settled(fic, notificationIds)

    expect(
      deliveries.map(({ outcome, attempts }) => [outcome, attempts.map(({ status }) => status)]),
    ).toEqual(Array.from({ length: 12 }, () => ['delivered', [200]]))
  },
)

const awaySeconds = sized(30, 3)

/** The first status from now on in which the tunnel is in this state. */
async function reaches(fic: TestDaemon, state: TunnelStatus['state'], from: number): Promise<void> {
  await fic.until(
    (message) =>
      message.type === 'tunnel' && message.tunnel.state === state && fic.told.indexOf(message) >= from,
  )
}

test(
  `a server that is away for ${awaySeconds} s: the tunnel is up again with the same address`,
  { timeout: (awaySeconds + 240) * 1_000 },
  async () => {
    const server = await startServer()
    const fic = await startBehind(server)
    const { sinkUrl } = fic.daemon.addresses()
    const from = fic.told.length
    const stoppedAt = performance.now()
    await server.stop()
    await reaches(fic, 'down', from)
    const downMs = performance.now() - stoppedAt
    await pause(Math.max(0, awaySeconds * 1_000 - downMs))
    await server.restart()
    const backAt = performance.now()
    await reaches(fic, 'up', from)
    const upMs = performance.now() - backAt
    console.info(
      `server away for ${awaySeconds} s: down after ${Math.round(downMs)} ms, up ${Math.round(upMs)} ms after its return`,
    )

    expect(fic.daemon.addresses().sinkUrl).toBe(sinkUrl)
    const { notificationIds } = await fic.daemon.trigger({ type: 'products.update', count: 12 })
    const deliveries = await settled(fic, notificationIds)
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(Array(12).fill('delivered'))
  },
)
