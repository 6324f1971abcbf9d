/**
 * The 408 trap at full length, by hand: `npx tsx test/tunnel/soak.ts [seconds]`, 130 unless told. A real localtunnel
 * server and a whole daemon, no request for longer than Node's header time-out of 60 s, then 12 notifications: each
 * must be taken at the first attempt.
 */

import { setTimeout as sleep } from 'node:timers/promises'

import type { EmulatedDelivery } from '../../src/emulator/delivery.ts'
import '../support/localtunnel-server-names.cjs'
import { startLocaltunnelServer } from '../support/localtunnel-server.ts'
import { startDaemon, temporaryFolder } from '../support/daemon.ts'

const idleMs = Number(process.argv[2] ?? 130) * 1_000

const server = await startLocaltunnelServer()
const folder = await temporaryFolder()
const fic = await startDaemon(
  folder.path,
  { tunnel: ['localtunnel'], tunnelHost: server.url },
  // Probes would keep the connections fresh.
  { tunnelTiming: { probeIntervalMs: idleMs * 10 } },
)

console.log(`${fic.sinkUrl} is idle for ${idleMs / 1_000} s`)
await sleep(idleMs)

const { notificationIds } = await fic.daemon.trigger({ type: 'products.update', count: 12 })
const sent = await settled(new Set(notificationIds))
for (const { attempts, outcome } of sent) console.log(outcome, attempts.map(({ status }) => status).join(' '))
const clean = sent.filter(({ attempts, outcome }) => outcome === 'delivered' && attempts.length === 1)
console.log(`${clean.length} of 12 taken at the first attempt`)
process.exitCode = clean.length === 12 ? 0 : 1

await fic.close()
await server.stop()
await folder[Symbol.asyncDispose]()

async function settled(ids: ReadonlySet<string>): Promise<EmulatedDelivery[]> {
  const { emulatorUrl } = fic.daemon.addresses()
  for (;;) {
    const answer = await fetch(`${emulatorUrl}/_emulator/deliveries`)
    const { items } = (await answer.json()) as { items: EmulatedDelivery[] }
    const ours = items.filter(({ notificationId }) => ids.has(notificationId))
    if (ours.every(({ outcome }) => outcome !== 'pending')) return ours
    await sleep(100)
  }
}
