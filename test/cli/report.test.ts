import pc from 'picocolors'
import { expect, test } from 'vitest'
import { createOutput } from '../../src/cli/output.ts'
import { createReport } from '../../src/cli/terminal/report.ts'
import type { StatusFinding } from '../../src/contract/finding.ts'

function readReport(json: boolean) {
  const said: string[] = []
  const objects: unknown[] = []
  const output = {
    ...createOutput({ json, color: false }),
    colors: pc.createColors(false),
    say: (text: string) => void said.push(text),
    object: (value: unknown) => void objects.push(value),
  }
  return { said, objects, report: createReport({ output: 'pretty' }, output) }
}

const finding = (part: StatusFinding['part'], what: string): StatusFinding => ({
  part,
  code: part,
  tone: 'failure',
  what,
  why: 'It is full.',
  todo: 'Make room.',
  command: null,
})
const lost = finding('sink', '1 notification was not stored.')
const down = finding('tunnel', 'The tunnel is down.')

test('a finding is a line if no other line reports it, once while it lasts', () => {
  const { said, report } = readReport(false)

  report({ type: 'findings', findings: [lost] })
  report({ type: 'findings', findings: [down, lost] })
  report({ type: 'findings', findings: [] })

  expect(said).toEqual([
    expect.stringMatching(
      /^\d\d:\d\d:\d\d {2}failure {2}1 notification was not stored\. It is full\. Make room\.$/,
    ),
  ])
})

test('with --json, each changed list of findings is a line', () => {
  const { objects, report } = readReport(true)
  const message = { type: 'findings' as const, findings: [down, lost] }

  report(message)

  expect(objects).toEqual([message])
})
