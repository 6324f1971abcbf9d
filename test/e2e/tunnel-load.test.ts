/** A real tunnel under load and under faults, with the emulator as sender: nothing that was acknowledged is lost. */

import { expect, onTestFinished, test } from 'vitest'
import type { Notification } from '../../src/contract/notification.ts'
import type { EmulatedDelivery } from '../../src/emulator/delivery.ts'
import '../support/localtunnel-server-names.cjs'
import { publicRequest, startLocaltunnelServer } from '../support/localtunnel-server.ts'
import { signedHeaders } from '../support/load.ts'
import { fic as ficKeys } from '../support/tokens.ts'
import { startDaemon, temporaryFolder, type TestDaemon } from '../support/daemon.ts'
import { shortTiming } from '../tunnel/parts.ts'

async function startServer() {
  const server = await startLocaltunnelServer()
  onTestFinished(() => server.stop())
  return server
}

const type = 'issued_documents.invoices.create'

/** The events among what the emulator has sent, or means to. */
async function eventsSent(fic: TestDaemon): Promise<EmulatedDelivery[]> {
  const { emulatorUrl } = fic.daemon.addresses()
  const answer = await fetch(`${emulatorUrl}/_emulator/deliveries`)
  const { items } = (await answer.json()) as { items: EmulatedDelivery[] }
  return items.filter(({ kind }) => kind === 'event')
}

async function settled(fic: TestDaemon): Promise<EmulatedDelivery[]> {
  const isPending = async () => (await eventsSent(fic)).some(({ outcome }) => outcome === 'pending')
  await expect.poll(isPending, { timeout: 40_000, interval: 100 }).toBe(false)
  return eventsSent(fic)
}

async function capturedIds(fic: TestDaemon): Promise<Set<string>> {
  const answer = await fic.api('/api/notifications?kind=event&limit=500')
  const { items } = (await answer.json()) as { items: Notification[] }
  return new Set(items.map(({ cloudEvent }) => cloudEvent?.id ?? ''))
}

function tunnelStates(fic: TestDaemon, from: number): string[] {
  return fic.told.slice(from).flatMap((message) => (message.type === 'tunnel' ? [message.tunnel.state] : []))
}

/** Returns when all that fell due was sent. */
async function advanceClock(fic: TestDaemon, advanceMs: number): Promise<void> {
  const { emulatorUrl } = fic.daemon.addresses()
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify({ advanceMs }) }
  expect((await fetch(`${emulatorUrl}/_emulator/clock`, init)).status).toBe(200)
}

test('50 notifications at once are all captured and answered', async () => {
  await using folder = await temporaryFolder()
  const server = await startServer()
  const config = { tunnel: ['localtunnel'], tunnelHost: server.url }
  await using fic = await startDaemon(folder.path, config)
  const { notificationIds } = await fic.daemon.trigger({ type, count: 50 })
  const sent = await settled(fic)
  expect(sent.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 50 }, () => 'delivered'))
  expect(await capturedIds(fic)).toEqual(new Set(notificationIds))
})

test('a body of 1 MiB is captured byte for byte, and one byte more is refused', async () => {
  await using folder = await temporaryFolder()
  const server = await startServer()
  const config = {
    tunnel: ['localtunnel'],
    tunnelHost: server.url,
    emulator: false,
    publicKey: ficKeys.publicPem,
  }
  await using fic = await startDaemon(folder.path, config)
  const body = Buffer.alloc(1024 * 1024, 'abcdefghijklmnopqrstuvwxyz 0123456789\n')
  const headers = signedHeaders(fic.sinkUrl, '1:large')
  const send = (body: Buffer) => publicRequest(fic.sinkUrl, { method: 'POST', headers, body })
  expect((await send(body)).status).toBe(200)
  expect((await send(Buffer.concat([body, Buffer.from('x')]))).status).toBe(413)
  const { items } = (await (await fic.api('/api/notifications?limit=1')).json()) as { items: Notification[] }
  const raw = await (await fic.api(`/api/notifications/${items[0]?.seq}/body`)).arrayBuffer()
  expect(Buffer.from(raw).equals(body)).toBe(true)
})

test('of a burst while the tunnel comes back, all that is tried again arrives, and nothing acknowledged is lost', async () => {
  await using folder = await temporaryFolder()
  const server = await startServer()
  const config = { tunnel: ['localtunnel'], tunnelHost: server.url }
  // On the emulator's clock, which the test moves on when the tunnel is back.
  const retryDelaysMs = [3_600_000, 3_600_000, 3_600_000]
  await using fic = await startDaemon(folder.path, config, { tunnelTiming: shortTiming, retryDelaysMs })
  const { sinkUrl } = fic
  const toldBefore = fic.told.length

  const before = await fic.daemon.trigger({ type, count: 10 })
  await server.stop()
  // Nobody listens at the public URL now, which Fatture in Cloud tries again.
  const during = await fic.daemon.trigger({ type, count: 25 })
  const refused = async () => (await eventsSent(fic)).every(({ attempts }) => attempts.length > 0)
  await expect.poll(refused).toBe(true)
  await expect.poll(() => tunnelStates(fic, toldBefore).some((state) => state !== 'up')).toBe(true)
  await server.restart()
  // The server answers 404 until the tunnel is there again, which is not tried again.
  const after = await fic.daemon.trigger({ type, count: 25 })
  await expect.poll(() => tunnelStates(fic, toldBefore).at(-1), { timeout: 60_000 }).toBe('up')
  await advanceClock(fic, 3_600_000)

  const sent = await settled(fic)
  const captured = await capturedIds(fic)
  const delivered = sent.filter(({ outcome }) => outcome === 'delivered')
  expect(delivered.filter(({ notificationId }) => !captured.has(notificationId))).toEqual([])
  const lost = sent.filter(({ outcome }) => outcome !== 'delivered')
  expect(lost.filter(({ attempts }) => attempts.at(-1)?.status !== 404)).toEqual([])
  const lostIds = new Set(lost.map(({ notificationId }) => notificationId))
  expect(during.notificationIds.filter((id) => lostIds.has(id))).toEqual([])
  expect(sent.map(({ notificationId }) => notificationId)).toEqual([
    ...before.notificationIds,
    ...during.notificationIds,
    ...after.notificationIds,
  ])
  expect(fic.daemon.addresses().sinkUrl).toBe(sinkUrl)
})
