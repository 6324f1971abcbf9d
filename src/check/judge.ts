/** Judges the answers to a case as Fatture in Cloud would, and says what they would cost. Pure. */

import { explainVerdict, judgeAnswer } from '../fic/answers.ts'
import { sampleChallenge, type CheckAnswer, type CheckCase, type CheckResult, type Outcome } from './case.ts'

/** What came out, without the name of the case. */
type Judgement = Pick<CheckResult, 'outcome' | 'says' | 'cost'>

/** What a right receiver does, in words. */
const expectedWords: Record<CheckCase['expects'], string> = {
  challenge: '200 and {"verification": "<the challenge>"}',
  delivery: 'an answer that counts as delivered: 200, 201, 202 or 204',
  refusal: '401 or 403',
  'no-challenge': '401 or 403, without the challenge',
}

/** The result of a case: that of its worst answer. There is at least one answer. */
export function judgeCase(one: CheckCase, answers: readonly CheckAnswer[], timeoutMs: number): CheckResult {
  const judged = answers.map((answer, index) => ({
    answer,
    judgement: judgeOne(one, answer, timeoutMs, index === 0 ? '' : 'The second time: '),
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
  return { ...head(one), outcome: 'skipped', status: null, durationMs: null, says, cost: null }
}

function head({ name, title, expects }: Pick<CheckCase, 'name' | 'title' | 'expects'>) {
  return { name, title, expected: expectedWords[expects] }
}

function rank({ outcome }: Judgement): number {
  return (['right', 'careless', 'wrong'] as Outcome[]).indexOf(outcome)
}

function judgeOne(one: CheckCase, answer: CheckAnswer, timeoutMs: number, before: string): Judgement {
  const says = `${before}${toWords(answer)}`
  const fault = findFault(one, answer)
  if (fault !== null) return { says, ...fault }
  const isSlow = answer.durationMs > timeoutMs / 2
  if (!isSlow) return { outcome: 'right', says, cost: null }
  return {
    outcome: 'careless',
    says: `${says} after ${Math.round(answer.durationMs)} ms`,
    cost: 'How long Fatture in Cloud waits is not documented ("short"). Answer first, and work then.',
  }
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

function findRefusalFault({ severity, why }: CheckCase, { status }: CheckAnswer): Fault {
  if (status === 410) {
    return {
      outcome: 'careless',
      cost: 'Whenever your app refuses by mistake, 410 makes Fatture in Cloud delete the subscription. Answer 401.',
    }
  }
  if (status !== null && status >= 400 && status <= 499) return null
  if (judgeAnswer(status) === 'delivered') return { outcome: severity, cost: why }
  return {
    outcome: 'careless',
    cost: 'It was not taken, but not refused either: something broke, or led elsewhere. Answer 401.',
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
  const location = headers.find(([name]) => name.toLowerCase() === 'location')?.[1]
  const leads = status >= 300 && status <= 399 && location !== undefined
  return leads ? `${status} to ${location}, which Fatture in Cloud does not follow` : String(status)
}
