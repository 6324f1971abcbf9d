/** What all results of a check say together: how many of each kind, and what is behind several of them. Pure. */

import { explainVerdict, judgeAnswer } from '../fic/answers.ts'
import { sayCause } from '../http/causes.ts'
import type { CheckResult, Outcome } from './case.ts'

export interface CheckSummary {
  target: string
  /** What the tokens named as their audience. */
  audience: string
  /** Whether nothing was wrong; what is careless does not count. */
  passed: boolean
  counts: Record<Outcome, number>
  /** What explains several results, with what to do about it; sentences. */
  advice: string[]
}

export function summarize(
  { target, audience }: Pick<CheckSummary, 'target' | 'audience'>,
  results: readonly CheckResult[],
): CheckSummary {
  const counts = { right: 0, careless: 0, wrong: 0, skipped: 0 }
  for (const { outcome } of results) counts[outcome] += 1
  const advice = [...commonCauses(results), ...adviseOnToken(results)]
  return { target, audience, passed: counts.wrong === 0, counts, advice }
}

/** Results that were answered alike, with one cause. */
export interface Block {
  /** The first one. */
  result: CheckResult
  names: string[]
  /** What a right receiver answers, with the cases that it is about. */
  expected: { names: string[]; words: string }[]
  /** What Fatture in Cloud does with that answer; `null` if that is not what is wrong with it. */
  consequence: string | null
  /** What each case is about, if only some of them went wrong. */
  reasons: { name: string; reason: string }[]
}

/** One block for each distinct answer that was not expected. */
export function toBlocks(results: readonly CheckResult[]): Block[] {
  const blocks = new Map<string, Block>()
  for (const result of results) {
    const { name, outcome, status, says, expected, cause, cost } = result
    if (outcome === 'right' || outcome === 'skipped') continue
    const key = JSON.stringify([status, says, cause?.code ?? expected])
    const verdict = explainVerdict(judgeAnswer(status), status)
    const consequence = cost?.startsWith(verdict) ? verdict : null
    const block = blocks.get(key) ?? { result, names: [], expected: [], consequence, reasons: [] }
    blocks.set(key, block)
    block.names.push(name)
    block.consequence ??= consequence
    const same = block.expected.find(({ words }) => words === expected)
    if (same) same.names.push(name)
    else block.expected.push({ names: [name], words: expected })
    const reason = cost?.slice(consequence?.length ?? 0).trim() ?? ''
    if (reason !== '') block.reasons.push({ name, reason })
  }
  return [...blocks.values()].map((block) =>
    // Where the plainest case goes wrong, what is particular about the others explains nothing.
    block.names.includes('binary') ? { ...block, reasons: [] } : block,
  )
}

function commonCauses(results: readonly CheckResult[]): string[] {
  const counts = new Map<string, number>()
  for (const { cause } of results) {
    if (cause) counts.set(sayCause(cause), (counts.get(sayCause(cause)) ?? 0) + 1)
  }
  return [...counts].filter(([, count]) => count > 1).map(([words]) => words)
}

const securityCases = new Set([
  'forged',
  'no-token',
  'no-algorithm',
  'other-algorithm',
  'expired',
  'foreign-sink',
])

function adviseOnToken(results: readonly CheckResult[]): string[] {
  const security = results.filter(({ name }) => securityCases.has(name))
  if (security.length < 2 || security.some(({ outcome }) => outcome !== 'wrong')) return []
  return [
    'Your app does not check the token at all. If it answers 200 and then discards invalid notifications, this check cannot detect that; exclude those cases with --skip.',
  ]
}
