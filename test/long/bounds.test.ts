/** What a stranger, or a large store, may cost: bounds that hold, and the figures that were seen. */

import { Agent } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createFolder, isReady, kill, pidIn, start, storedIds } from '../support/process.ts'
import { arrived, startTarget } from '../support/target.ts'
import { post, publicKey } from '../support/load.ts'
import { hasProc, residentBytes } from '../support/process-facts.ts'
import { sized } from './size.ts'

const mib = 1024 * 1024
const unsignedCount = sized(10_000, 2_000)
const signedCount = 500
const senders = 50

test(
  `S10: of ${unsignedCount} unsigned notifications few are kept; all signed ones among them are kept`,
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
