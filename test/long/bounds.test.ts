/** What a stranger, or a large store, may cost: bounds that hold, and the figures that were seen. */

import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { exportedLine } from '../support/exported.ts'
import { createFolder, isReady, kill, pidIn, run, start, storedIds } from '../support/process.ts'
import { arrived, startTarget } from '../support/target.ts'
import { post, publicKey } from '../support/load.ts'
import { hasProc, residentBytes } from '../support/process-facts.ts'
import { attack } from './bounds/attacker.ts'
import { sayTimes, startWatch, toMib } from './bounds/watch.ts'
import { sized } from './size.ts'

const mib = 1024 * 1024
const unsignedCount = sized(10_000, 2_000)
const signedCount = 500
const senders = 50

test(
  `of ${unsignedCount} unsigned notifications few are kept; all signed ones among them are kept`,
  { timeout: 300_000 },
  async () => {
    const cwd = createFolder()
    const target = await startTarget()
    onTestFinished(() => target.close())
    const daemon = start(['--tunnel', 'none', '--public-key', publicKey, '-f', target.url], { cwd })
    const { sinkUrl } = await daemon.line(isReady)
    const agent = new Agent({ keepAlive: true, maxSockets: senders })
    onTestFinished(() => agent.destroy())

    const answerMs: number[] = []
    const ids = Array.from({ length: signedCount }, (_, index) => `${index}:signed`)
    const sendSigned = async (id: string) => {
      const startedAt = performance.now()
      const status = await post(sinkUrl, id, agent)
      answerMs.push(performance.now() - startedAt)
      return status
    }
    const [statuses, signed] = await Promise.all([
      flood(sinkUrl),
      Promise.all(ids.map((id) => sendSigned(id))),
    ])
    expect(new Set(signed)).toEqual(new Set([200]))
    await arrived(target, ids)
    const memory = hasProc ? `${Math.round(residentBytes(pidIn(cwd)) / mib)} MiB` : 'unknown memory'
    await kill(daemon)

    const stored = await storedIds(cwd)
    const junk = stored.filter((id) => id === '0:junk')
    answerMs.sort((a, b) => a - b)
    const [p50, p99] = [0.5, 0.99].map((part) => Math.round(answerMs[Math.floor(signedCount * part)] ?? 0))
    console.info(
      `${unsignedCount} unsigned, ${signedCount} signed from ${senders} connections: signed answered ` +
        `p50 ${p50} ms, p99 ${p99} ms; ${junk.length} unsigned kept; ${memory}`,
    )
    expect([...statuses.keys()].sort()).toEqual([200, 503])
    expect(statuses.get(200)).toBe(junk.length)
    expect(junk.length).toBeGreaterThanOrEqual(60)
    expect(junk.length).toBeLessThanOrEqual(500)
    expect(new Set(stored.filter((id) => id !== '0:junk'))).toEqual(new Set(ids))
  },
)

/** Sends unsigned notifications; resolves with how often each status came. */
async function flood(sinkUrl: string): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  const headers = { 'content-type': 'application/json', 'ce-id': '0:junk', 'ce-type': 'junk' }
  const sendSome = async () => {
    for (let sent = 0; sent < unsignedCount / senders; sent++) {
      const response = await fetch(sinkUrl, { method: 'POST', headers, body: '{}' })
      await response.arrayBuffer()
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: senders }, sendSome))
  return statuses
}

const secondsInAll = sized(300, 25)
const linesAtOnce = sized(20_000, 2_000)
const linesOfOneTime = sized(6_000, 1_000)

test(
  `in ${secondsInAll} s of a stranger's requests, and of imports, exports, searches and clears, captures go on`,
  { timeout: (secondsInAll * 2 + 240) * 1_000 },
  async () => {
    const cwd = createFolder()
    const times = Array.from(
      { length: linesAtOnce },
      (_, index) => new Date(Date.UTC(2026, 0, 1) + index * 60_000),
    )
    await writeLines(join(cwd, 'many.ndjson'), times)
    await writeLines(
      join(cwd, 'one-time.ndjson'),
      // Not a time of the others: the requests would be the same as theirs.
      Array.from({ length: linesOfOneTime }, () => new Date(Date.UTC(2025, 0, 1))),
    )
    const target = await startTarget()
    onTestFinished(() => target.close())
    const flags = ['--tunnel', 'none', '--public-key', publicKey, '-f', target.url, '--keep', '100000']
    const daemon = start(flags, { cwd })
    const { sinkUrl } = await daemon.line(isReady)
    const watch = startWatch(sinkUrl, pidIn(cwd), join(cwd, '.fic-dev'))
    await pause(sized(15_000, 2_000))

    const end = new AbortController()
    const endsAtMs = performance.now() + secondsInAll * 1_000
    const attacking = attack(sinkUrl, end.signal)
    const { api, took, during, endMs } = startUser(cwd, watch)
    do {
      await during('import of many', () => importFile(api, join(cwd, 'many.ndjson')))
      await during('search', () => api('/api/notifications?limit=100&q=nothing-has-this'))
      await during('list', () => api('/api/notifications?limit=1000'))
      await during('rows', () => api('/api/notifications?limit=1000&view=row'))
      await during('histogram', () => api('/api/histogram?minutes=1440&q=invoices'))
      await during('coverage', () => api('/api/coverage'))
      await during('import of one time', () => importFile(api, join(cwd, 'one-time.ndjson')))
      await during('import of one time, again', () => importFile(api, join(cwd, 'one-time.ndjson')))
      await during('export', () => api('/api/export?format=ndjson'))
      await during('export as HAR', () => api('/api/export?format=har'))
      await during('clear', () => api('/api/notifications', { method: 'DELETE' }))
    } while (performance.now() < endsAtMs)
    watch.phase = 'command line'
    await endMs('import', ['import', 'one-time.ndjson'])
    await endMs('list', ['list', '--limit', '1000'])
    end.abort()
    const statuses = await attacking
    await watch.stop()
    await arrived(target, watch.answered)

    const { memoryBytes, diskBytes, answerMs, answered } = watch
    const all = [...answerMs.values()].flat()
    console.info(
      [
        `stranger: ${[...statuses].map(([status, count]) => `${count} x ${status}`).join(', ')}`,
        ...[...answerMs].map(([phase, phaseMs]) => `captures, ${phase}: ${sayTimes(phaseMs)}`),
        `captures in all: ${sayTimes(all)}`,
        ...[...took].map(([what, ms]) => `${what}: at most ${Math.max(...ms)} ms, ${ms.length} times`),
        `memory: ${toMib(memoryBytes.rest)} MiB at rest, at most ${toMib(memoryBytes.most)} MiB`,
        `disk: at most ${toMib(diskBytes)} MiB`,
      ].join('\n'),
    )
    expect(answered).toHaveLength(all.length)
    expect(statuses.get(0) ?? 0).toBe(0)
    const startedAt = performance.now()
    daemon.signal('SIGTERM')
    expect(await daemon.ended).toBe(0)
    console.info(`the daemon ended after ${Math.round(performance.now() - startedAt)} ms`)
  },
)

async function writeLines(path: string, times: readonly (Date | undefined)[]): Promise<void> {
  const file = createWriteStream(path)
  for (const [index, time] of times.entries()) {
    if (!file.write(`${exportedLine(`${index}:imported`, time?.toISOString())}\n`)) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
}

type Api = (path: string, init?: RequestInit) => Promise<unknown>

/** What a careless person does: by the API, each with its time, and by the command line, with the time that its process takes to end. */
function startUser(cwd: string, watch: ReturnType<typeof startWatch>) {
  const { inspectorUrl, token } = JSON.parse(readFileSync(join(cwd, '.fic-dev/daemon.json'), 'utf8')) as {
    inspectorUrl: string
    token: string
  }
  const api: Api = async (path, init = {}) => {
    const headers = { authorization: `Bearer ${token}`, ...init.headers }
    const response = await fetch(new URL(path, inspectorUrl), { ...init, headers })
    expect(response.status).toBeLessThan(300)
    // Read as it comes: an export is larger than the memory that it may take.
    let bytes = 0
    for await (const chunk of response.body ?? []) bytes += chunk.length
    return bytes
  }
  const took = new Map<string, number[]>()
  return {
    api,
    took,
    async during(phase: string, act: () => Promise<unknown>) {
      watch.phase = phase
      const startedAt = performance.now()
      await act()
      took.set(phase, [...(took.get(phase) ?? []), Math.round(performance.now() - startedAt)])
    },
    async endMs(name: string, args: string[]) {
      const startedAt = performance.now()
      const { exitCode } = await run(args, { cwd })
      expect(exitCode).toBe(0)
      took.set(`fic-dev ${name}, in all`, [Math.round(performance.now() - startedAt)])
    },
  }
}

function importFile(api: Api, path: string): Promise<unknown> {
  const headers = { 'content-type': 'application/x-ndjson' }
  return api('/api/import', { method: 'POST', headers, body: readFileSync(path) })
}
