/**
 * Minutes of everything at once against the built daemon: `npm run test:long -- soak`, or `npx tsx test/long/soak/soak.ts --seconds 30`.
 * In the end the books must agree: what was answered 200 is stored, and was delivered at least once.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { publicKey } from '../../support/load.ts'
import { hasProc, openDescriptors, residentBytes } from '../../support/process-facts.ts'
import { balance, countStored, descriptorGrowthLimit } from './books.ts'
import { createSoakedDaemon } from './daemon.ts'
import { startSoakTarget, type Mood } from './target.ts'
import { startTraffic } from './traffic.ts'
import { openWay } from '../../support/way.ts'
import { freePort } from '../../support/ports.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, kills: { type: 'string', default: '' } },
})
const seconds = Number(values.seconds)
const kills = values.kills === '' ? Math.max(2, Math.round(seconds / 30)) : Number(values.kills)

/** The faults take turns in the first part; the second is undisturbed, so that memory can be compared. */
const faultyMs = seconds * 1_000 * (2 / 3)
const steadyMs = seconds * 1_000 - faultyMs
const samples = 4

const folder = mkdtempSync(join(tmpdir(), 'fic-dev-soak-'))
const sinkPort = await freePort()
const way = await openWay(sinkPort)
const target = await startSoakTarget()
const ways = ['--public-url', way.url, '--sink-port', String(sinkPort), '--port', '0', '-f', target.url]
const daemon = createSoakedDaemon(folder, [...ways, '--public-key', publicKey, '--keep', '10000000'])
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp())
const sinkUrl = await daemon.start()
const descriptorsAtStart = countDescriptors()
const traffic = startTraffic(sinkUrl, 8, Math.max(5_000, seconds * 25))
const faults = { kills: 0, cuts: 0, moods: 0 }

await disturb()
const memoryBytes = await watch()
await traffic.stop()
await deliverRest()
const descriptorsLeft = await settleDescriptors()
const exitCode = await daemon.stop()
const stored = await countStored(daemon)
await target.become('down')
way.close()
rmSync(folder, { recursive: true, force: true })
const { lines, problems } = balance({
  traffic,
  stored,
  taken: target.taken,
  requests: target.requests(),
  faults,
  memoryBytes,
  descriptorsLeft,
  failures: daemon.failures,
  exitCode,
})
for (const line of lines) console.log(line)
for (const problem of problems) console.error(`problem: ${problem}`)
process.exitCode = problems.length === 0 ? 0 : 1

/** Kills, cuts and moods of the target by turns, until their time is over. */
async function disturb(): Promise<void> {
  const moods: readonly Mood[] = ['failing', 'breaking', 'down', 'up']
  const eachMs = faultyMs / kills
  for (let turn = 0; turn < kills; turn++) {
    const endsAt = performance.now() + eachMs
    await target.become(moods[turn % moods.length] ?? 'up')
    faults.moods++
    await pause(eachMs * 0.2)
    way.cut()
    faults.cuts++
    await pause(eachMs * 0.05)
    way.mend()
    await pause(eachMs * (0.1 + Math.random() * 0.3))
    await daemon.kill()
    faults.kills++
    await daemon.start()
    await pause(Math.max(0, endsAt - performance.now()))
  }
  await target.become('up')
}

/** Lets it run; the memory that it holds at even distances, where the system tells. */
async function watch(): Promise<number[]> {
  const bytes: number[] = []
  for (let sample = 0; sample < samples; sample++) {
    await pause(steadyMs / samples)
    if (hasProc) bytes.push(residentBytes(daemon.pid()))
  }
  return bytes
}

/** Waits until the target has all, as long as there is progress. */
async function deliverRest(): Promise<void> {
  const missing = () =>
    [...traffic.answered].filter(([id, count]) => (target.taken.get(id) ?? 0) < count).length
  let idle = 0
  for (let left = missing(); left > 0 && idle < 60;) {
    await pause(1_000)
    const now = missing()
    idle = now < left ? 0 : idle + 1
    left = now
  }
}

/** Who ends a soak before its time is left with no daemon. */
async function giveUp(): Promise<never> {
  await daemon.kill()
  rmSync(folder, { recursive: true, force: true })
  process.exit(130)
}

/** Everybody has hung up; the daemon hears of it a moment later. Gives how many more there are than at the start. */
async function settleDescriptors(): Promise<number> {
  const left = () => countDescriptors() - descriptorsAtStart
  for (let tries = 0; left() > descriptorGrowthLimit && tries < 60; tries++) await pause(500)
  return left()
}

function countDescriptors(): number {
  return hasProc ? openDescriptors(daemon.pid()).length : 0
}
