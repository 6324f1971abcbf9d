import { expect, test } from 'vitest'
import { sayChange, toTargetText, toTargetWords } from '../../web/src/target-text.ts'
import { withPart } from '../../web/src/parts.ts'
import type { Status, TargetStatus } from '../../src/contract/status.ts'

const forwardTo = [
  { types: ['taxes.*', 'receipts.*'], url: 'http://localhost:4000/' },
  { types: [], url: 'http://localhost:3000/' },
]

test('targets are written as after --forward-to, and read back as words', () => {
  const text = 'taxes.*,receipts.*=http://localhost:4000/ http://localhost:3000/'

  expect(toTargetText(forwardTo)).toBe(text)
  expect(toTargetWords(`  ${text}\n`)).toEqual(text.split(' '))
  expect(toTargetWords('  ')).toEqual([])
})

test.each([
  [{ forwardTo: [], moved: 0, ended: 0, notes: [] }, ['Nothing is forwarded until fic-dev ends.']],
  [
    { forwardTo, moved: 2, ended: 1, notes: ['A note.'] },
    [
      'Notifications go to http://localhost:4000/, http://localhost:3000/ until fic-dev ends.',
      'Waiting deliveries that follow: 2.',
      'Deliveries that ended, because no target takes their type: 1.',
      'A note.',
    ],
  ],
])('what a change did is reported', (change, lines) => {
  expect(sayChange({ ...change, source: '', targets: [], startedWith: '' })).toEqual(lines)
})

test('targets that are gone disappear from the page', () => {
  const [old, next] = ['http://a/', 'http://b/'].map((url) => ({ url }) as TargetStatus)
  const status = { targets: [old] } as Status

  expect(withPart(status, { type: 'targets', targets: next ? [next] : [] }).targets).toEqual([next])
})
