/**
 * Minutes of everything at once against the built daemon: `npm run soak`, or `npx tsx test/soak/soak.ts --seconds 30`.
 * In the end the books must agree: what was answered 200 is stored, and was delivered at least once.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { publicKey } from '../faults/load.ts'
import { hasProc, openDescriptors, residentBytes } from '../faults/process-facts.ts'
import { createSoakedDaemon } from './daemon.ts'
import { startSoakTarget, type Mood } from './target.ts'
import { startTraffic } from './traffic.ts'
import { openWay } from './way.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, kills: { type: 'string', default: '' } },
})
const seconds = Number(values.seconds)
const kills = values.kills === '' ? Math.max(2, Math.round(seconds / 30)) : Number(values.kills)

/** The faults take turns in the first part; the second is undisturbed, so that memory can be compared. */
const faultyMs = seconds * 1_000 * (2 / 3)
const steadyMs = seconds * 1_000 - faultyMs
const mib = 1024 * 1024
/** Of one measure to the next, in the second part. */
const memoryGrowthLimit = 64 * mib
const descriptorGrowthLimit = 30

const folder = mkdtempSync(join(tmpdir(), 'fic-dev-soak-'))
const sinkPort = await freePort()
const way = await openWay(sinkPort)
const target = await startSoakTarget()
const ways = ['--public-url', way.url, '--sink-port', String(sinkPort), '--port', '0', '-f', target.url]
const daemon = createSoakedDaemon(folder, [...ways, '--public-key', publicKey, '--keep', '10000000'])
const sinkUrl = await daemon.start()
const traffic = startTraffic(sinkUrl, 8, Math.max(5_000, seconds * 25))
const faults = { kills: 0, cuts: 0, moods: 0 }

await disturb()
const memory = await watch()
await traffic.stop()
const undelivered = await deliverRest()
const descriptors = hasProc ? openDescriptors(daemon.pid()).length - memory.descriptors : 0
const exitCode = await daemon.stop()
const stored = await readStored()
await target.become('down')
way.close()
rmSync(folder, { recursive: true, force: true })
process.exitCode = report()

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

/** Lets it run, and measures when it has warmed up and at the end. */
async function watch(): Promise<{ grownBytes: number; bytes: number; descriptors: number }> {
  await pause(steadyMs / 2)
  const before = hasProc ? residentBytes(daemon.pid()) : 0
  const descriptors = hasProc ? openDescriptors(daemon.pid()).length : 0
  await pause(steadyMs / 2)
  const bytes = hasProc ? residentBytes(daemon.pid()) : 0
  return { grownBytes: bytes - before, bytes, descriptors }
}

/** Waits until the target has all, as long as there is progress; gives the ids that never came. */
async function deliverRest(): Promise<string[]> {
  const missing = () => [...traffic.answered].filter((id) => !target.taken.has(id))
  let idle = 0
  for (let left = missing().length; left > 0 && idle < 60;) {
    await pause(1_000)
    const now = missing().length
    idle = now < left ? 0 : idle + 1
    left = now
  }
  return missing()
}

async function readStored(): Promise<Set<string>> {
  const ids = new Set<string>()
  await daemon.run(['export', '--format', 'ndjson'], (line) => {
    const { notification } = JSON.parse(line) as { notification: { cloudEvent: { id: string } | null } }
    if (notification.cloudEvent) ids.add(notification.cloudEvent.id)
  })
  return ids
}

function report(): number {
  const { tried, answered, wrong } = traffic
  const notStored = [...answered].filter((id) => !stored.has(id))
  const forged = [...target.taken.keys()].filter((id) => id.endsWith(':forged'))
  const lost = new Set([...notStored, ...undelivered]).size
  const requests = Object.values(tried).reduce((sum, count) => sum + count, 0)
  const survived = faults.kills + faults.cuts + faults.moods
  const problems = [
    ...wrong.slice(0, 5),
    ...daemon.failures.slice(0, 5),
    ...(forged.length > 0 ? [`${forged.length} forged ones reached the target`] : []),
    ...(lost > 0 ? [`not stored: ${notStored.length}, not delivered: ${undelivered.length}`] : []),
    ...(exitCode === 0 ? [] : [`it ended with ${exitCode}`]),
    ...(memory.grownBytes > memoryGrowthLimit ? ['memory grew'] : []),
    ...(descriptors > descriptorGrowthLimit ? ['descriptors were left open'] : []),
    ...(answered.size === 0 ? ['nothing was answered'] : []),
  ]
  const of = Object.entries(tried).map(([kind, count]) => `${kind} ${count}`)
  console.log(`requests tried: ${requests} (${of.join(', ')})`)
  console.log(
    `faults survived: ${survived} (${faults.kills} kills, ${faults.cuts} cuts, ${faults.moods} moods of the target)`,
  )
  console.log(
    `answered 200: ${answered.size}, stored: ${stored.size}, delivered: ${target.taken.size} in ${target.requests()} requests`,
  )
  console.log(
    `memory: ${Math.round(memory.bytes / mib)} MiB, grown by ${Math.round(memory.grownBytes / mib)} MiB; descriptors left: ${Math.max(0, descriptors)}`,
  )
  console.log(`lost: ${lost}`)
  for (const problem of problems) console.error(`problem: ${problem}`)
  return problems.length === 0 ? 0 : 1
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
