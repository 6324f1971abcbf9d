/** Writes the results of checks as JUnit XML, which every CI can show. Pure. */

import { sayCause } from '../http/causes.ts'
import type { CheckResult } from './case.ts'

export interface CheckedTarget {
  target: string
  results: readonly CheckResult[]
}

/** One test suite for each target. What is careless passes, with a remark. */
export function toJunit(checked: readonly CheckedTarget[]): string {
  const suites = checked.map(toSuite)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="fic-dev check">',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

function toSuite({ target, results }: CheckedTarget): string {
  const count = (outcome: CheckResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length
  const time = seconds(results.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0))
  const attributes = `tests="${results.length}" failures="${count('wrong')}" errors="0" skipped="${count('skipped')}" time="${time}"`
  return [
    `  <testsuite name="${escape(target)}" ${attributes}>`,
    ...results.map((result) => toTestCase(target, result)),
    '  </testsuite>',
  ].join('\n')
}

function toTestCase(target: string, result: CheckResult): string {
  const { name, title, durationMs } = result
  const head = `<testcase classname="${escape(target)}" name="${escape(`${name}: ${title}`)}" time="${seconds(durationMs ?? 0)}"`
  const body = toBody(result)
  return body === null ? `    ${head}/>` : `    ${head}>\n      ${body}\n    </testcase>`
}

function toBody({ outcome, says, expected, cost, cause }: CheckResult): string | null {
  const remark = [...(cause ? [sayCause(cause)] : []), cost ?? '', `expected: ${expected}`].join('\n')
  switch (outcome) {
    case 'right':
      return null
    case 'careless':
      return `<system-out>careless: ${escape(says)}. ${escape(remark)}</system-out>`
    case 'wrong':
      return `<failure message="${escape(says)}">${escape(remark)}</failure>`
    case 'skipped':
      return `<skipped message="${escape(says)}"/>`
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** XML 1.0 has no way to write control characters; they come from outside and say nothing. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? character)
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}
