/** Judges the answers to a case as Fatture in Cloud would, and says what they would cost. Pure. */

import { explainVerdict, judgeAnswer } from '../fic/answers.ts'
import { findCause } from '../http/causes.ts'
import { headerOf, replacesToken } from '../http/headers.ts'
import {
  sampleChallenge,
  type CheckAnswer,
  type CheckCase,
  type CheckResult,
  type Outcome,
  type World,
} from './case.ts'

/** What the cases before have shown. */
export interface Known {
  acceptedChallenge: boolean
  /** The app checks signatures with the dev key. */
  isKeyRight: boolean
  /** How it answered a genuine notification and a genuine challenge that it did not take. */
  refused: { delivery: number | null; challenge: number | null }
}

export interface JudgeOptions {
  world: Pick<World, 'target' | 'headers'>
  timeoutMs: number
}

/** What came out, without the name of the case. */
type Judgement = Omit<CheckResult, 'name' | 'title' | 'expected' | 'status' | 'durationMs'>

/** What a right receiver does, in words. */
const expectedWords: Record<CheckCase['expects'], string> = {
  challenge: '200 and {"verification": "<the challenge>"}',
  delivery: 'an answer that counts as delivered: 200, 201, 202 or 204',
  refusal: '401 or 403',
  'no-challenge': '401 or 403, without the challenge',
}

/** How much of an answer is shown. */
const shownCharacters = 500

/** The result of a case: that of its worst answer. There is at least one answer. */
export function judgeCase(
  one: CheckCase,
  answers: readonly CheckAnswer[],
  options: JudgeOptions,
  known: Known,
): CheckResult {
  const judged = answers.map((answer, index) => ({
    answer,
    judgement: judgeOne(one, answer, { ...options, known, before: index === 0 ? '' : 'The second time: ' }),
  }))
  const worst = judged.toSorted((a, b) => rank(b.judgement) - rank(a.judgement))[0]
  if (!worst) return toSkipped(one, 'Nothing was sent.')
  return {
    ...head(one),
    ...worst.judgement,
    status: worst.answer.status,
    durationMs: worst.answer.durationMs,
  }
}

/** The result of a case that could not be tried. */
export function toSkipped(one: Pick<CheckCase, 'name' | 'title' | 'expects'>, says: string): CheckResult {
  const nothing = { status: null, durationMs: null, cost: null, cause: null, body: null }
  return { ...head(one), ...nothing, outcome: 'skipped', says }
}

function head({ name, title, expects }: Pick<CheckCase, 'name' | 'title' | 'expects'>) {
  return { name, title, expected: expectedWords[expects] }
}

function rank({ outcome }: Judgement): number {
  return (['skipped', 'right', 'careless', 'wrong'] as Outcome[]).indexOf(outcome)
}

function judgeOne(
  one: CheckCase,
  answer: CheckAnswer,
  { world, timeoutMs, known, before }: JudgeOptions & { known: Known; before: string },
): Judgement {
  const says = `${before}${toWords(answer)}`
  const nothing = { cost: null, cause: null, body: null }
  const genuine = genuineOf(one)
  if (genuine !== null && answer.status !== null && answer.status === known.refused[genuine]) {
    const what = genuine === 'delivery' ? 'notification' : 'challenge'
    return {
      ...nothing,
      outcome: 'skipped',
      says: `${says}. A genuine ${what} got the same answer, so this proves nothing`,
    }
  }
  const fault = findFault(one, answer)
  if (fault !== null) {
    const body = [...(answer.body ?? '').trim()].slice(0, shownCharacters).join('')
    return { says, ...fault, cause: causeOf(one, answer, world, known), body: body === '' ? null : body }
  }
  const isSlow = timeoutMs > 0 && answer.durationMs > timeoutMs / 2
  if (!isSlow) return { ...nothing, outcome: 'right', says }
  return {
    ...nothing,
    outcome: 'careless',
    says: `${says} after ${Math.round(answer.durationMs)} ms`,
    cost: 'How long Fatture in Cloud waits is not documented ("short"). Answer first, and work then.',
  }
}

/** What a case forges. */
function genuineOf({ expects }: CheckCase): keyof Known['refused'] | null {
  if (expects === 'refusal') return 'delivery'
  return expects === 'no-challenge' ? 'challenge' : null
}

/** An answer that takes what it should refuse has no cause but the missing check. */
function causeOf(
  { expects }: CheckCase,
  answer: CheckAnswer,
  { target, headers }: JudgeOptions['world'],
  { isKeyRight }: Known,
) {
  const isGenuine = expects === 'delivery' || expects === 'challenge'
  const encounter = {
    ...answer,
    url: target.href,
    sign: 'dev' as const,
    isKeyRight,
    hasOwnAuthorization: isGenuine && replacesToken(headers),
  }
  return findCause(encounter, judgeAnswer(answer.status) === 'delivered')
}

type Fault = Pick<CheckResult, 'outcome' | 'cost'> | null

function findFault(one: CheckCase, answer: CheckAnswer): Fault {
  switch (one.expects) {
    case 'delivery':
      return findDeliveryFault(one, answer)
    case 'challenge':
      return findChallengeFault(one, answer)
    case 'refusal':
      return findRefusalFault(one, answer)
    case 'no-challenge':
      if (judgeAnswer(answer.status) !== 'delivered') return findRefusalFault(one, answer)
      return answer.status === 200 && repeatsChallenge(answer)
        ? { outcome: one.severity, cost: one.why }
        : null
  }
}

function findDeliveryFault({ severity, why }: CheckCase, { status }: CheckAnswer): Fault {
  const verdict = judgeAnswer(status)
  if (verdict === 'delivered') return null
  return { outcome: severity, cost: `${explainVerdict(verdict, status)} ${why}` }
}

function findChallengeFault({ severity, why }: CheckCase, answer: CheckAnswer): Fault {
  if (answer.status !== 200) return { outcome: severity, cost: why }
  if (repeatsChallenge(answer)) return null
  return {
    outcome: severity,
    cost: `The body is not {"verification": "${sampleChallenge.slice(0, 8)}…"}. ${why}`,
  }
}

/** 400 and 422 are answers to a token that is none; other answers are not about the token. */
const refusals = new Set([400, 401, 403, 422])

function findRefusalFault({ severity, why }: CheckCase, { status }: CheckAnswer): Fault {
  if (status === 410) {
    return {
      outcome: 'careless',
      cost: 'Whenever your app refuses by mistake, 410 makes Fatture in Cloud delete the subscription. Answer 401.',
    }
  }
  if (status !== null && refusals.has(status)) return null
  if (judgeAnswer(status) === 'delivered') return { outcome: severity, cost: why }
  return {
    outcome: 'careless',
    cost:
      status === null
        ? 'A missing answer does not count as a refusal. Answer 401.'
        : 'The request was neither accepted nor refused: your app failed or redirected it. Answer 401.',
  }
}

/** The documentation asks for JSON with this one member; others beside it do no harm. */
function repeatsChallenge({ body }: CheckAnswer): boolean {
  try {
    const content: unknown = JSON.parse(body ?? '')
    return (
      typeof content === 'object' &&
      content !== null &&
      'verification' in content &&
      content.verification === sampleChallenge
    )
  } catch {
    return false
  }
}

function toWords({ status, error, headers }: CheckAnswer): string {
  if (status === null) return error ?? 'no answer'
  const location = headerOf(headers, 'location')
  const leads = status >= 300 && status <= 399 && location !== null
  return leads ? `${status} to ${location}, which Fatture in Cloud does not follow` : String(status)
}
