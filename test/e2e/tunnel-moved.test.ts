/** The public URL changes under a running daemon: Fatture in Cloud is told as soon as its budget allows. */

import { expect, onTestFinished, test, vi } from 'vitest'
import { subscriptionLine } from '../../src/cli/terminal/lines.ts'
import type { Status, SubscriptionStatus } from '../../src/contract/status.ts'
import { startDaemon, temporaryFolder, forwardTo, type TestDaemon, type Told } from '../support/daemon.ts'
import { startTarget } from '../support/target.ts'
import { shortTiming } from '../tunnel/parts.ts'
import { installStub, type Stub } from '../tunnel/stubs/install.ts'

const tunnelTiming = { ...shortTiming, releaseMs: 10 }

type SubscriptionTold = Extract<Told, { type: 'subscription' }>

/** The next state of the subscription, past or to come, that fits. */
async function subscriptionOf(
  fic: TestDaemon,
  fits: (status: SubscriptionStatus) => boolean,
): Promise<SubscriptionStatus> {
  const isIt = (message: Told): message is SubscriptionTold =>
    message.type === 'subscription' && fits(message.subscription)
  return (await fic.until(isIt)).subscription
}

/** The stub of cloudflared is the only program there is; with each start it has another address. */
function withCloudflared(): Stub {
  const stub = installStub('cloudflared')
  vi.stubEnv('PATH', stub.path)
  onTestFinished(() => void vi.unstubAllEnvs())
  return stub
}

test('the sink of our subscription is moved and verified, and notifications go on', async () => {
  const stub = withCloudflared()
  await using folder = await temporaryFolder()
  await using target = await startTarget()
  const config = { ...forwardTo(target.url), tunnel: ['cloudflared'] }
  await using fic = await startDaemon(folder.path, config, { tunnelTiming })
  const first = await subscriptionOf(fic, ({ state }) => state === 'verified')

  stub.kill()
  const moved = await subscriptionOf(fic, ({ state, sink }) => state === 'verified' && sink !== first.sink)
  expect(moved.id).toBe(first.id)
  expect(moved.sink).toBe(fic.daemon.addresses().sinkUrl)

  await fic.daemon.trigger({ type: 'products.update', ids: [7] })
  // Welcomes come before it, more of them where one was lost.
  const bodies = () => target.received.map(({ body }) => body.toString())
  await expect.poll(bodies).toContain('{"data":{"ids":[7]}}')
  // What was lost between is told, with its times.
  const isTold = (message: Told) =>
    message.type === 'tunnel' &&
    /notifications sent between \S+Z and \S+Z may be lost/.test(message.tunnel.detail ?? '')
  await fic.until(isTold)
})

test('when the budget forbids the move, it is told when it will be made, and it is made then', async () => {
  const stub = withCloudflared()
  let aheadMs = 0
  const now = () => new Date(Date.now() + aheadMs)
  await using folder = await temporaryFolder()
  await using fic = await startDaemon(folder.path, { tunnel: ['cloudflared'] }, { tunnelTiming, now })
  await subscriptionOf(fic, ({ state }) => state === 'verified')

  // The first move fails, since its challenge never comes.
  const { emulatorUrl } = fic.daemon.addresses()
  await fetch(`${emulatorUrl}/_emulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{ "lost": 1 }',
  })
  stub.kill()
  await expect.poll(() => outcomes(emulatorUrl)).toContain('lost')

  stub.kill()
  const waiting = await subscriptionOf(fic, ({ state }) => state === 'unverified')
  const due = waiting.budget?.nextPossibleAt ?? ''
  expect(Date.parse(due)).toBeGreaterThan(now().getTime() + 9 * 60_000)
  expect(waiting.budget).toMatchObject({ used: 1, limit: 5 })
  const clock = new Date(due).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  expect(waiting.detail).toContain(`1 of 5 used, next possible at ${clock}`)
  const plain = (text: string) => text
  const colors = new Proxy({}, { get: () => plain }) as Parameters<typeof subscriptionLine>[1]
  expect(subscriptionLine(waiting, colors)).toContain(`next possible at ${clock}`)
  const status = (await (await fic.api('/api/status')).json()) as Status
  expect(status.subscription?.budget).toEqual(waiting.budget)

  aheadMs = 10 * 60_000
  stub.kill()
  const { sink } = await subscriptionOf(
    fic,
    ({ state, sink }) => state === 'verified' && sink === fic.daemon.addresses().sinkUrl,
  )
  expect(sink).not.toBe(waiting.sink)
})

async function outcomes(emulatorUrl: string | undefined): Promise<string[]> {
  const { items } = (await (await fetch(`${emulatorUrl}/_emulator/deliveries`)).json()) as {
    items: { outcome: string }[]
  }
  return items.map(({ outcome }) => outcome)
}
