/** `kill -9` at any moment. What was answered 200 is stored, and the target gets it at least once. */

import { expect, test } from 'vitest'
import { createFolder, follow, isReady, type JsonLine, kill, start, storedIds } from '../support/process.ts'
import { arrived, idsAt, startTarget } from '../support/target.ts'
import { publicKey, startLoad } from '../support/load.ts'
import { freePort } from '../support/ports.ts'

/** How often the daemon is killed; more of them find rarer moments. */
const kills = Number(process.env['FIC_DEV_TEST_KILLS'] ?? 5)
const senders = 16

test(
  `of ${kills} kills at random moments under load none loses what was answered 200`,
  { timeout: 120_000 + kills * 60_000 },
  async () => {
    const cwd = createFolder()
    await using target = await startTarget()
    const sinkPort = String(await freePort())
    const flags = ['--tunnel', 'none', '--public-key', publicKey, '--keep', '1000000']
    const launch = () => start([...flags, '--sink-port', sinkPort, '-f', target.url], { cwd })
    const answered: string[] = []
    let sent = 0
    for (let round = 0; round < kills; round++) {
      const daemon = launch()
      const { sinkUrl } = await daemon.line(isReady)
      const load = startLoad(sinkUrl, senders)
      await load.reached(Math.floor(Math.random() * 500))
      await kill(daemon)
      sent += await load.ended
      answered.push(...load.answered)
    }

    const last = launch()
    await last.line(isReady)
    const stored = new Set(await storedIds(cwd))
    expect(answered.filter((id) => !stored.has(id))).toEqual([])
    expect(answered.length).toBeGreaterThan(0)

    await arrived(target, answered)
    console.info(
      `${kills} kills: ${sent} sent, ${answered.length} answered 200, ${stored.size} stored, ` +
        `${idsAt(target).size} delivered in ${target.received.length} requests`,
    )
  },
)

test('a daemon that is killed while it delivers goes on where it was, and spends no verification', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const emulator = follow(['emulator', '--port', '0', '--json'], { cwd: createFolder() })
  const { emulatorUrl, publicKey: emulatorKey } = await emulator.line(isReady)
  const control = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    return (await (await fetch(`${emulatorUrl}/_emulator/${path}`, init)).json()) as JsonLine
  }
  const sinkPort = String(await freePort())
  const flags = ['--tunnel', 'none', '--api-base', emulatorUrl, '--public-key', emulatorKey]
  const place = { cwd, environment: { FIC_ACCESS_TOKEN: 'any', FIC_COMPANY_ID: '12345' } }
  const launch = () => start([...flags, '--sink-port', sinkPort, '-f', target.url], place)

  const first = launch()
  await first.line(isReady)
  const { notificationIds } = await control('trigger', { type: 'products.update', count: 300 })
  await target.waitFor(100)
  await kill(first)

  const second = launch()
  await second.line(isReady)
  // What met nobody is sent again 30 s later on the emulator's clock.
  await control('clock', { advanceMs: 60_000 })
  await arrived(target, notificationIds)

  const { items } = (await (await fetch(`${emulatorUrl}/_emulator/deliveries`)).json()) as JsonLine
  const outcomes = (kind: string) =>
    items.filter((item: JsonLine) => item['kind'] === kind).map((item: JsonLine) => item['outcome'])
  expect(outcomes('verification')).toEqual(['verified'])
  expect(outcomes('event')).toEqual(notificationIds.map(() => 'delivered'))
})
