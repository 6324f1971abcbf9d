/** Runs the cases against a receiver, one after the other, and gives each result as it comes. */

import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { explainFailure } from '../http/exchange.ts'
import { lookup } from '../http/loopback.ts'
import type { CheckAnswer, CheckCase, CheckResult, Exchange, World } from './case.ts'
import { judgeCase, toSkipped } from './judge.ts'

export interface RunOptions {
  world: World
  exchange: Exchange
  /** What an answer may take. */
  timeoutMs: number
  /** What the app may take to listen, when it does not yet or does no longer. */
  waitMs: number
}

const askAgainMs = 100

/** The first result says whether anybody listens; without that the cases are skipped. */
export async function* runCases(
  cases: readonly CheckCase[],
  options: RunOptions,
): AsyncGenerator<CheckResult, void> {
  const start = await awaitStart(options)
  yield start
  let lost = start.outcome === 'wrong' ? 'Not tried: nobody listens.' : null
  for (const one of cases) {
    if (lost !== null) {
      yield toSkipped(one, lost)
      continue
    }
    const answers = await ask(one, options)
    yield judgeCase(one, answers, options.timeoutMs)
    // A request that breaks the app off may have ended it; some are started again by what watches over them.
    const broke = answers.some(({ status }) => status === null)
    if (broke && !(await awaitListener(options)).listens)
      lost = `Not tried: nobody listens any more since "${one.name}".`
  }
}

async function ask(one: CheckCase, { world, exchange, timeoutMs }: RunOptions): Promise<CheckAnswer[]> {
  const answers: CheckAnswer[] = []
  for (const request of await one.write(world)) answers.push(await exchange(request, { timeoutMs }))
  return answers
}

async function awaitStart(options: RunOptions): Promise<CheckResult> {
  const { target } = options.world
  const { listens, waitedMs, reason } = await awaitListener(options)
  const result = {
    name: 'start',
    title: 'somebody listens',
    expected: 'a connection',
    status: null,
    durationMs: waitedMs,
  }
  if (!listens) {
    return {
      ...result,
      outcome: 'wrong',
      says: `nobody who listens at ${target.host} within ${options.waitMs / 1000} s (${reason})`,
      cost: 'Is your app running, and on this port? --wait gives it more time to start.',
    }
  }
  const late = reason === null ? '' : `, after ${(waitedMs / 1000).toFixed(1)} s (before that: ${reason})`
  return { ...result, outcome: 'right', says: `${target.host} listens${late}`, cost: null }
}

interface Listening {
  listens: boolean
  waitedMs: number
  /** Why it did not listen at first; `null` when it did. */
  reason: string | null
}

async function awaitListener({ world, waitMs }: RunOptions): Promise<Listening> {
  const startedAt = performance.now()
  const passed = () => Math.round(performance.now() - startedAt)
  let reason: string | null = null
  for (;;) {
    const problem = await tryToConnect(world.target, Math.max(1, waitMs - passed()))
    if (problem === null) return { listens: true, waitedMs: passed(), reason }
    reason ??= problem
    if (passed() + askAgainMs > waitMs) return { listens: false, waitedMs: passed(), reason }
    await sleep(askAgainMs)
  }
}

/** `null` when somebody took the connection, else why nobody did. */
function tryToConnect(url: URL, timeoutMs: number): Promise<string | null> {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port, lookup })
    const settle = (problem: string | null) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(problem)
    }
    const timer = setTimeout(() => settle('no connection in time'), timeoutMs)
    socket.once('connect', () => settle(null))
    socket.once('error', (error) => settle(explainFailure(error)))
  })
}
