/** What is kept is bounded, the oldest go first, and never one that the target has not got yet. */

import { Agent } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createFolder, isReady, kill, start, storedIds } from '../support/process.ts'
import { arrived, startTarget } from '../support/target.ts'
import { post, publicKey } from '../support/load.ts'

test('with --keep 100 of 600 the last hundred stay, and those that wait for a target that is down', async () => {
  const cwd = createFolder()
  await using target = await startTarget()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const flags = ['--tunnel', 'none', '--public-key', publicKey, '--keep', '100']
  const send = async (sinkUrl: string, name: string, count: number) => {
    const ids = Array.from({ length: count }, (_, index) => `${index}:${name}`)
    for (const id of ids) expect(await post(sinkUrl, id, agent)).toBe(200)
    return ids
  }
  // Nobody listens at port 1.
  const first = start([...flags, '-f', 'http://127.0.0.1:1/'], { cwd })
  const waiting = await send((await first.line(isReady))['sinkUrl'], 'waits', 5)
  await kill(first)

  // Forwards nothing, so that what comes now waits for nobody.
  const second = start(flags, { cwd })
  const later = await send((await second.line(isReady))['sinkUrl'], 'later', 600)
  await kill(second)

  const stored = await storedIds(cwd)
  expect(stored.slice(0, 5)).toEqual(waiting)
  const kept = stored.slice(5)
  // It looks only once in a while; what is there is the end of what came, without a gap.
  expect(kept.length).toBeGreaterThanOrEqual(95)
  expect(kept.length).toBeLessThanOrEqual(250)
  expect(kept).toEqual(later.slice(-kept.length))

  const third = start([...flags, '-f', target.url], { cwd })
  await third.line(isReady)
  await arrived(target, waiting)
})
