import { expect, test } from 'vitest'
import type { CheckAnswer, CheckCase, CheckResult } from '../../src/check/case.ts'
import { checkCases } from '../../src/check/cases.ts'
import { judgeCase } from '../../src/check/judge.ts'
import { toJunit } from '../../src/check/junit.ts'
import { summarize } from '../../src/check/summary.ts'

function result(name: string, changes: Partial<CheckResult> = {}): CheckResult {
  return {
    name,
    title: 'what is sent',
    expected: '200',
    outcome: 'right',
    status: 200,
    durationMs: 12,
    says: '200',
    cost: null,
    cause: null,
    body: null,
    ...changes,
  }
}

const about = { target: 'http://localhost:3000/', audience: 'http://localhost:3000/' }

function judge(one: CheckCase, ...answers: CheckAnswer[]): CheckResult {
  const world = { target: new URL(about.target), headers: {} }
  const known = { acceptedChallenge: false, isKeyRight: false, refused: { delivery: null, challenge: null } }
  return judgeCase(one, answers, { world, timeoutMs: 5_000 }, known)
}

function caseOf(name: string): CheckCase {
  const found = checkCases.find((one) => one.name === name)
  if (!found) throw new Error(`There is no case "${name}".`)
  return found
}

function answered(changes: Partial<CheckAnswer>): CheckAnswer {
  return { status: 200, error: null, errorCode: null, headers: [], body: '', durationMs: 5, ...changes }
}

/** The same answer to every case. */
function all(status: number, outcome: CheckResult['outcome'] = 'wrong'): CheckResult[] {
  return checkCases.map(({ name }) => result(name, { status, outcome }))
}

test('an answer after more than half of the time is careless: how long Fatture in Cloud waits is not known', () => {
  const binary = caseOf('binary')
  expect(judge(binary, answered({ durationMs: 2_501 }))).toMatchObject({
    outcome: 'careless',
    says: '200 after 2501 ms',
  })
  expect(judge(binary, answered({ durationMs: 2_500 })).outcome).toBe('right')
})

test('of two answers to a twin the worse one counts', () => {
  const twin = caseOf('twin')
  expect(judge(twin, answered({}), answered({ status: 409 }))).toMatchObject({
    outcome: 'wrong',
    status: 409,
    says: 'The second time: 409',
  })
})

test('a check passes when nothing is wrong; what is careless only warns', () => {
  const careless = summarize(about, [result('a'), result('b', { outcome: 'careless' })])
  expect(careless).toMatchObject({ passed: true, counts: { right: 1, careless: 1, wrong: 0, skipped: 0 } })
  expect(summarize(about, [result('a', { outcome: 'wrong' })]).passed).toBe(false)
})

test('a cause that several results share is said once', () => {
  const cause = { code: 'csrf', tone: 'warning', what: 'A.', why: 'B.', todo: 'C.' } as const
  const shared = [result('a', { outcome: 'wrong', cause }), result('b', { outcome: 'wrong', cause })]
  expect(summarize(about, shared).advice).toEqual(['A. B. C.'])
  expect(summarize(about, shared.slice(1)).advice).toEqual([])
})

test('whoever takes everything is told that the token is not checked', () => {
  const [only, ...others] = summarize(about, all(200)).advice
  expect(others).toEqual([])
  expect(only).toContain('does not check the token at all')
})

test('single faults get no advice about a common cause', () => {
  expect(
    summarize(about, [...all(200, 'right'), result('x', { status: 404, outcome: 'wrong' })]).advice,
  ).toEqual([])
})

test('JUnit has a suite per target, a failure per wrong case, and escapes what came from outside', () => {
  const xml = toJunit([
    {
      target: 'http://localhost:3000/a?b&c',
      results: [
        result('binary'),
        result('forged', { outcome: 'careless', says: '500', cost: 'It broke.' }),
        result('welcome', { outcome: 'wrong', status: 302, says: '302 to "<x>"\u001B\u0000', cost: 'Lost.' }),
        result('twin', { outcome: 'skipped', status: null, durationMs: null, says: 'Not tried.' }),
      ],
    },
  ])
  expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="fic-dev check">
  <testsuite name="http://localhost:3000/a?b&amp;c" tests="4" failures="1" errors="0" skipped="1" time="0.036">
    <testcase classname="http://localhost:3000/a?b&amp;c" name="binary: what is sent" time="0.012"/>
    <testcase classname="http://localhost:3000/a?b&amp;c" name="forged: what is sent" time="0.012">
      <system-out>careless: 500. It broke.
expected: 200</system-out>
    </testcase>
    <testcase classname="http://localhost:3000/a?b&amp;c" name="welcome: what is sent" time="0.012">
      <failure message="302 to &quot;&lt;x&gt;&quot;\uFFFD\uFFFD">Lost.
expected: 200</failure>
    </testcase>
    <testcase classname="http://localhost:3000/a?b&amp;c" name="twin: what is sent" time="0.000">
      <skipped message="Not tried."/>
    </testcase>
  </testsuite>
</testsuites>
`)
})
