import { expect, test } from 'vitest'

import { explainVerdict, judgeAnswer } from '../../src/fic/answers.ts'

test.each([
  ['delivered', [200, 201, 202, 204, 102]],
  ['retried', [500, 502, 503, 504, 599, null]],
  ['subscription-deleted', [410]],
  ['dropped', [100, 101, 103, 203, 205, 206, 207, 301, 302, 304, 400, 401, 404, 405, 408, 429, 499, 600]],
] as const)('%s are %j', (verdict, statuses) => {
  expect(statuses.map((status) => judgeAnswer(status))).toEqual(statuses.map(() => verdict))
})

test.each([
  ['delivered', 200, ['200', 'delivered', 'clears']],
  ['retried', 503, ['503', 'four attempts', '10 days']],
  ['retried', null, ['No answer', 'four attempts', '10 days']],
  ['dropped', 302, ['302', 'drop', '10 days']],
  ['subscription-deleted', 410, ['410', 'delete the subscription at once']],
  ['pending', null, ['no answer yet']],
] as const)('%s after %s is explained in one sentence', (verdict, status, parts) => {
  const sentence = explainVerdict(verdict, status)
  for (const part of parts) expect(sentence).toContain(part)
  expect(sentence).toMatch(/^[A-Z][^.]*\.$/)
})
