import { expect, test } from 'vitest'
import type { VerificationAttempt } from '../../src/contract/status.ts'
import { inWords, verificationBudget } from '../../src/subscription/budget.ts'

const start = Date.parse('2026-11-23T10:00:00.000Z')

type Outcome = VerificationAttempt['outcome']

/** `[minute, outcome]` */
function attempts(...made: [number, Outcome][]): VerificationAttempt[] {
  return made.map(([minute, outcome]) => ({
    at: new Date(start + minute * 60_000).toISOString(),
    subscriptionId: 'SUB1',
    cause: 'verify',
    outcome,
    detail: null,
  }))
}

test.each<[name: string, made: [number, Outcome][], atMinute: number, used: number, next: string | null]>([
  ['nothing tried: at once', [], 0, 0, null],
  ['one failed: ten minutes', [[0, 'failed']], 3, 1, '2026-11-23T10:10:00.000Z'],
  ['ten minutes are over to the millisecond', [[0, 'failed']], 10, 1, null],
  ['an unknown outcome counts as a failure', [[0, 'unknown']], 3, 1, '2026-11-23T10:10:00.000Z'],
  [
    'a success begins a new series',
    [
      [0, 'failed'],
      [10, 'verified'],
    ],
    11,
    0,
    null,
  ],
  [
    'a failure after a success counts from one',
    [
      [0, 'verified'],
      [20, 'failed'],
    ],
    21,
    1,
    '2026-11-23T10:30:00.000Z',
  ],
  [
    'a refused one costs nothing but the wait',
    [
      [0, 'failed'],
      [10, 'refused'],
    ],
    11,
    1,
    '2026-11-23T10:20:00.000Z',
  ],
  [
    'four failed: one is left',
    [
      [0, 'failed'],
      [10, 'failed'],
      [20, 'failed'],
      [30, 'failed'],
    ],
    60,
    4,
    null,
  ],
  [
    'five failed: none is left, and no time at which',
    [
      [0, 'failed'],
      [10, 'failed'],
      [20, 'failed'],
      [30, 'failed'],
      [40, 'unknown'],
    ],
    41,
    5,
    null,
  ],
])('%s', (_, made, atMinute, used, nextPossibleAt) => {
  const now = new Date(start + atMinute * 60_000)
  expect(verificationBudget(attempts(...made), now)).toStrictEqual({ used, limit: 5, nextPossibleAt })
})

test('a budget is told as people say it', () => {
  expect(inWords({ used: 5, limit: 5, nextPossibleAt: null })).toBe('5 of 5 used')
  const nextPossibleAt = new Date(2026, 10, 23, 10, 41).toISOString()
  expect(inWords({ used: 2, limit: 5, nextPossibleAt })).toBe('2 of 5 used, next possible at 10:41')
})
