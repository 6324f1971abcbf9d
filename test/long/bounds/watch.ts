/** Figures of a daemon under load: how long genuine captures take, what memory and disk it uses. */

import { readdirSync, statSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { post } from '../../support/load.ts'
import { hasProc, residentBytes } from '../../support/process-facts.ts'

const mib = 1024 * 1024
const perSecond = 20

export interface Watch {
  /** What is measured from now on. */
  phase: string
  /** Milliseconds that captures took, by phase. */
  answerMs: Map<string, number[]>
  /** The ids of captures that were answered 200. */
  answered: string[]
  memoryBytes: { rest: number; most: number }
  diskBytes: number
  stop(): Promise<void>
}

/** Sends genuine notifications at a steady rate, and samples memory and disk ten times a second. */
export function startWatch(sinkUrl: string, pid: number, dataDir: string): Watch {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const rest = memoryOf(pid)
  const stopping = new AbortController()
  const sending = new Set<Promise<void>>()
  const watch: Watch = {
    phase: 'rest',
    answerMs: new Map(),
    answered: [],
    memoryBytes: { rest, most: rest },
    diskBytes: 0,
    stop: async () => {
      stopping.abort()
      await Promise.all([...sending, running])
      agent.destroy()
    },
  }
  let count = 0

  async function capture(): Promise<void> {
    const { phase } = watch
    const id = `${++count}:genuine`
    const startedAt = performance.now()
    if ((await post(sinkUrl, id, agent)) === 200) watch.answered.push(id)
    const times = watch.answerMs.get(phase) ?? []
    times.push(performance.now() - startedAt)
    watch.answerMs.set(phase, times)
  }

  async function run(): Promise<void> {
    for (let tick = 0; !stopping.signal.aborted; tick++) {
      const one = capture()
      sending.add(one)
      void one.finally(() => sending.delete(one))
      if (tick % 2 === 0) {
        const { memoryBytes } = watch
        memoryBytes.most = Math.max(memoryBytes.most, memoryOf(pid))
        if (watch.phase === 'rest') memoryBytes.rest = memoryBytes.most
        watch.diskBytes = Math.max(watch.diskBytes, bytesIn(dataDir))
      }
      await pause(1_000 / perSecond)
    }
  }

  const running = run()
  return watch
}

function memoryOf(pid: number): number {
  return hasProc ? residentBytes(pid) : 0
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce(
    (bytes, name) => bytes + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

export function toMib(bytes: number): number {
  return Math.round(bytes / mib)
}

/** `p50 2 ms, p99 14 ms, most 40 ms of 300`. */
export function sayTimes(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms of ${times.length}`
}
