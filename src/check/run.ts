/** Runs the cases against a receiver, one after the other, and gives each result as it comes. */

import { setTimeout as sleep } from 'node:timers/promises'
import { judgeAnswer } from '../fic/answers.ts'
import { findCause } from '../http/causes.ts'
import { tryToConnect, type ConnectFailure } from '../http/connect.ts'
import type { CheckAnswer, CheckCase, CheckResult, Exchange, World } from './case.ts'
import { checkCases } from './cases.ts'
import { judgeCase, toSkipped, type Known } from './judge.ts'

export interface RunOptions {
  world: World
  exchange: Exchange
  /** What an answer may take. */
  timeoutMs: number
  /** What the app may take to listen, when it does not yet or does no longer. */
  waitMs: number
}

const askAgainMs = 100

/** A receiver that is that slow would be slow with each case. */
const mostTimeouts = 3

/** The first result says whether anything listens; without that the cases are skipped. */
export async function* runCases(
  cases: readonly CheckCase[],
  options: RunOptions,
): AsyncGenerator<CheckResult, void> {
  const start = await awaitStart(options)
  yield start
  const known: Known = {
    isKeyRight: false,
    acceptedChallenge: false,
    refused: { delivery: null, challenge: null },
  }
  if (start.outcome === 'right') await askGenuine(cases, options, known)
  let timeouts = 0
  let stop = start.outcome === 'wrong' ? `Not tried: ${start.says}.` : null
  for (const one of cases) {
    if (stop !== null) {
      yield toSkipped(one, stop)
      continue
    }
    const answers = await ask(one, options)
    const result = judgeCase(one, answers, options, known)
    yield result
    learn(known, one, result)
    timeouts = answers.some(({ errorCode }) => errorCode === 'TIMEOUT') ? timeouts + 1 : 0
    if (timeouts === mostTimeouts) {
      stop = `Not tried: ${mostTimeouts} requests in a row got no answer within ${options.timeoutMs / 1_000} s.`
    } else stop = await findStop(result, answers, options)
  }
}

/** Why no other case can fare better. */
async function findStop(
  { name, cause }: CheckResult,
  answers: readonly CheckAnswer[],
  options: RunOptions,
): Promise<string | null> {
  const broken = answers.find(({ status }) => status === null)
  if (broken === undefined) return null
  if (/^tls-|^https?-port$/.test(cause?.code ?? '')) return `Not tried: ${broken.error}.`
  // A request that breaks the app off may have ended it; some are started again by what watches over them.
  const { failure } = await awaitListener(options)
  return failure === null ? null : `Not tried: the app stopped accepting connections after "${name}".`
}

/** A forgery that is refused shows something only if the genuine one is taken, so that is sent although it is not wanted. */
async function askGenuine(
  cases: readonly CheckCase[],
  options: RunOptions,
  { refused }: Known,
): Promise<void> {
  const isWanted = (name: string) => cases.some((one) => one.name === name)
  for (const [forged, name, genuine] of baselines) {
    if (isWanted(name) || !cases.some(({ expects }) => expects === forged)) continue
    const one = checkCases.find((each) => each.name === name)
    const [answer] = one ? await ask(one, options) : []
    if (answer && judgeAnswer(answer.status) !== 'delivered') refused[genuine] = answer.status
  }
}

const baselines = [
  ['no-challenge', 'challenge-header', 'challenge'],
  ['refusal', 'binary', 'delivery'],
] as const

/** The key is right if a challenge that it signed is answered, and one of another key is not. */
function learn(known: Known, { name, expects }: CheckCase, { outcome, status }: CheckResult): void {
  if (expects === 'challenge') known.acceptedChallenge ||= outcome === 'right'
  else if (expects === 'no-challenge') known.isKeyRight ||= known.acceptedChallenge && outcome === 'right'
  if (judgeAnswer(status) === 'delivered') return
  for (const [, plain, genuine] of baselines) if (name === plain) known.refused[genuine] = status
}

async function ask(one: CheckCase, { world, exchange, timeoutMs }: RunOptions): Promise<CheckAnswer[]> {
  const answers: CheckAnswer[] = []
  for (const request of await one.write(world)) answers.push(await exchange(request, { timeoutMs }))
  return answers
}

async function awaitStart(options: RunOptions): Promise<CheckResult> {
  const { target: url } = options.world
  const { failure, waitedMs, before } = await awaitListener(options)
  const result = {
    name: 'start',
    title: 'something listens',
    expected: 'a connection',
    status: null,
    durationMs: waitedMs,
    body: null,
  }
  if (failure === null) {
    const late = before && `, after ${(waitedMs / 1000).toFixed(1)} s (before that: ${before.reason})`
    return { ...result, outcome: 'right', says: `${url.host} listens${late ?? ''}`, cost: null, cause: null }
  }
  const { code: errorCode, reason: error } = failure
  const encounter = { url: url.href, status: null, errorCode, error, headers: [], body: null }
  return {
    ...result,
    outcome: 'wrong',
    says: `no connection to ${url.host} within ${options.waitMs / 1000} s (${error})`,
    cost: 'Nothing can be checked. --wait gives an app more time to start.',
    cause: findCause({ ...encounter, sign: 'dev' }, false),
  }
}

interface Listening {
  /** `null` if something listens. */
  failure: ConnectFailure | null
  waitedMs: number
  /** Why it did not listen at first. */
  before: ConnectFailure | null
}

async function awaitListener({ world, waitMs }: RunOptions): Promise<Listening> {
  const startedAt = performance.now()
  const passed = () => Math.round(performance.now() - startedAt)
  let before: ConnectFailure | null = null
  for (;;) {
    const failure = await tryToConnect(world.target, { timeoutMs: Math.max(1, waitMs - passed()) })
    if (failure === null) return { failure, waitedMs: passed(), before }
    before ??= failure
    if (passed() + askAgainMs > waitMs) return { failure, waitedMs: passed(), before }
    await sleep(askAgainMs)
  }
}
