/** Whatever Fatture in Cloud's API does, the daemon goes on taking in and delivering, and says what is the matter. */

import { Agent } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator/index.ts'
import { createFolder, isReady, start } from '../support/process.ts'
import { arrived, startTarget } from '../support/target.ts'
import { post, publicKey } from '../support/load.ts'

type ApiFault = NonNullable<ReturnType<Emulator['faults']['get']>['api']>

async function startBeside(api: ApiFault | null) {
  const emulator = await createEmulator()
  onTestFinished(() => emulator.close())
  const target = await startTarget()
  onTestFinished(() => target.close())
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  emulator.faults.set({ api })
  // The key is the test's: what comes over the sink is signed by the test, not by the emulator.
  const daemon = start(
    ['--api-base', emulator.url, '--public-key', publicKey, '--tunnel', 'none', '-f', target.url],
    { cwd: createFolder(), environment: { FIC_ACCESS_TOKEN: 'any', FIC_COMPANY_ID: '12345' } },
  )
  return { emulator, target, agent, daemon }
}

test.for<[name: string, fault: ApiFault, says: RegExp]>([
  ['is down', { status: 0 }, /FIC_API|could not|cannot be reached/],
  ['answers 401', { status: 401, body: '{"error":{"message":"Unauthorized."}}' }, /TOKEN_REJECTED/],
  [
    'answers 403',
    { status: 403, body: '{"error":{"message":"No permission","code":"NO_PERMISSION"}}' },
    /PERMISSION/,
  ],
  ['answers 429', { status: 429, headers: { 'retry-after': '3600' } }, /FIC_API/],
  ['answers 500 with nothing', { status: 500, body: '' }, /FIC_API/],
  ['answers 502 with a page', { status: 502, body: '<html><h1>Bad Gateway</h1></html>' }, /FIC_API/],
  ['answers 200 with a page', { status: 200, body: '<html>Log in</html>' }, /FIC_API|SUBSCRIPTION/],
])(
  'while the API %s, notifications are taken in and delivered, and the reason is told',
  async ([, fault, says]) => {
    const { daemon, target, agent } = await startBeside(fault)
    const told = await daemon.line((line) => line['type'] === 'error')
    const { sinkUrl } = await daemon.line(isReady)
    const ids = ['1:a', '1:b', '1:c']
    const statuses = await Promise.all(ids.map((id) => post(sinkUrl, id, agent)))

    expect(`${told['error'].code} ${told['error'].message}`).toMatch(says)
    expect(statuses).toEqual([200, 200, 200])
    await arrived(target, ids)
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
  },
)

test('an API that hangs does not hold up what comes in', async () => {
  const { daemon, target, agent, emulator } = await startBeside({ delayMs: 600_000 })
  const { sinkUrl } = await daemon.line(isReady)
  expect(await post(sinkUrl, '1:a', agent)).toBe(200)
  await arrived(target, ['1:a'])
  emulator.faults.reset()
  daemon.signal('SIGTERM')
  expect(await daemon.ended).toBe(0)
})
