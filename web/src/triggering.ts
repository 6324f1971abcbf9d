/** Carries out a plan of the trigger: one request after the other, with progress, until it is done or stopped. */

import { useEffect, useRef, useState } from 'react'
import type { Faults } from '../../src/contract/vocabulary.ts'
import { sendTrigger } from './api.ts'
import { toRefusal } from './asked.ts'
import { fetchFaults, setFaults } from './emulator-api.ts'
import { countOf } from './trigger-plan.ts'
import type { TriggerPlan } from './trigger-plan.ts'

export interface Run {
  title: string
  done: number
  total: number
  phase: 'running' | 'done' | 'stopped' | 'refused'
  /** Why it was refused. */
  text: string | null
}

export interface Triggering {
  /** The latest; `null` before the first. */
  run: Run | null
  start: (plan: TriggerPlan) => void
  stop: () => void
}

export function useTriggering(): Triggering {
  const [run, setRun] = useState<Run | null>(null)
  const current = useRef<AbortController | null>(null)
  const stop = () => current.current?.abort()
  useEffect(() => () => current.current?.abort(), [])

  return {
    run,
    stop,
    start(plan) {
      stop()
      const abort = new AbortController()
      current.current = abort
      const tell = (next: Run) => {
        if (current.current === abort) setRun(next)
      }
      void carryOut(plan, abort.signal, tell)
    },
  }
}

async function carryOut(plan: TriggerPlan, signal: AbortSignal, tell: (run: Run) => void): Promise<void> {
  const { title, requests, pauseMs, faults } = plan
  const total = requests.reduce((sum, request) => sum + countOf(request), 0)
  let done = 0
  const say = (phase: Run['phase'], text: string | null = null) => tell({ title, done, total, phase, text })
  say('running')
  try {
    const putBack = await switchOn(faults)
    try {
      for (const [index, request] of requests.entries()) {
        if (index > 0 && pauseMs > 0) await pause(pauseMs, signal)
        if (signal.aborted) break
        await sendTrigger(request)
        done += countOf(request)
        say('running')
      }
    } finally {
      await putBack()
    }
    say(signal.aborted && done < total ? 'stopped' : 'done')
  } catch (thrown) {
    const { text, hint } = toRefusal(thrown)
    say('refused', hint === null ? text : `${text} ${hint}`)
  }
}

/** Gives the function that puts the faults back as they were. */
async function switchOn(faults: Partial<Faults>): Promise<() => Promise<void>> {
  const names = Object.keys(faults) as (keyof Faults)[]
  if (names.length === 0) return async () => {}
  const before = await fetchFaults()
  await setFaults(faults)
  return async () => {
    await setFaults(Object.fromEntries(names.map((name) => [name, before[name]])))
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
