/** A machine that falls asleep and wakes: to the process it is as if time had stood still, and then been set. */

import { writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createFolder, isReady, isStopped, kill, pidIn, start, storedIds } from '../support/process.ts'
import { arrived, startTarget } from '../support/target.ts'
import { openWay } from '../support/way.ts'
import { post, publicKey } from '../support/load.ts'
import { hasProc } from '../support/process-facts.ts'
import { freePort } from '../support/ports.ts'

function openAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 })
  onTestFinished(() => agent.destroy())
  return agent
}

test.skipIf(!hasProc)(
  'what comes while the daemon sleeps is answered, stored and delivered when it wakes',
  async () => {
    const cwd = createFolder()
    await using target = await startTarget()
    const daemon = start(['--tunnel', 'none', '--public-key', publicKey, '-f', target.url], { cwd })
    const { sinkUrl } = await daemon.line(isReady)
    const agent = openAgent()
    expect(await post(sinkUrl, '0:awake', agent)).toBe(200)

    daemon.signal('SIGSTOP')
    await isStopped(pidIn(cwd))
    const ids = Array.from({ length: 50 }, (_, index) => `${index}:asleep`)
    let answered = 0
    const statuses = Promise.all(ids.map((id) => post(sinkUrl, id, agent).finally(() => answered++)))
    expect(answered).toBe(0)
    daemon.signal('SIGCONT')

    expect(new Set(await statuses)).toEqual(new Set([200]))
    await arrived(target, ['0:awake', ...ids])
    await kill(daemon)
    expect(new Set(await storedIds(cwd))).toEqual(new Set(['0:awake', ...ids]))
  },
)

/** Loaded before the program: a signal sets its clock forward by an hour, as waking does. */
const hourAhead = `
  let aheadMs = 0
  const { now } = Date
  const Real = Date
  process.on('SIGUSR2', () => { aheadMs += 3_600_000 })
  globalThis.Date = class extends Real {
    constructor(...args) { if (args.length === 0) super(now() + aheadMs); else super(...args) }
    static now() { return now() + aheadMs }
  }`

test('a clock that jumps by an hour hides no tunnel that died meanwhile, and costs no notification', async () => {
  const cwd = createFolder()
  const preload = join(createFolder(), 'clock.cjs')
  writeFileSync(preload, hourAhead)
  const sinkPort = String(await freePort())
  const way = await openWay(Number(sinkPort))
  onTestFinished(() => way.close())
  const daemon = start(['--public-url', way.url, '--sink-port', sinkPort, '--public-key', publicKey], {
    cwd,
    environment: { NODE_OPTIONS: `--require ${preload}` },
  })
  const { sinkUrl } = await daemon.line(isReady)
  way.cut()
  daemon.signal('SIGUSR2')

  await daemon.line((line) => line['type'] === 'tunnel' && line['tunnel'].state !== 'up')
  way.mend()
  await daemon.line((line) => line['type'] === 'tunnel' && line['tunnel'].state === 'up')
  // Signed now, by a clock that is an hour behind ours: that is within the three hours of a token.
  expect(await post(sinkUrl, '1:after', openAgent())).toBe(200)
  const { notification } = await daemon.line((line) => line['type'] === 'notification')
  expect(notification.signature.outcome).toBe('valid')
})
