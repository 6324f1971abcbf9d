/** What all results of a check say together: how many of each kind, and the one cause behind many of them. Pure. */

import type { CheckResult, Outcome } from './case.ts'

export interface CheckSummary {
  target: string
  /** Whether nothing was wrong; what is careless does not count. */
  passed: boolean
  counts: Record<Outcome, number>
  /** One cause that explains many results, with what to do about it; sentences. */
  advice: string[]
}

export function summarize(target: string, results: readonly CheckResult[]): CheckSummary {
  const counts = { right: 0, careless: 0, wrong: 0, skipped: 0 }
  for (const { outcome } of results) counts[outcome] += 1
  return { target, passed: counts.wrong === 0, counts, advice: adviseOn(results) }
}

/** The plain cases: whoever fails all of these has one problem and not many. */
const plainCases = new Set([
  'challenge-header',
  'challenge-query',
  'binary',
  'structured',
  'structured-json',
  'many-ids',
])

const securityCases = new Set([
  'forged',
  'no-token',
  'no-algorithm',
  'other-algorithm',
  'expired',
  'foreign-sink',
])

function adviseOn(results: readonly CheckResult[]): string[] {
  const plain = results.filter(({ name }) => plainCases.has(name))
  const posts = plain.filter(({ name }) => !name.startsWith('challenge'))
  const all = (some: readonly CheckResult[], ...statuses: number[]) =>
    some.length > 0 && some.every(({ status }) => status !== null && statuses.includes(status))
  const security = results.filter(({ name }) => securityCases.has(name))
  return [
    ...(all(plain, 401, 403) || all(posts, 401, 403)
      ? [
          'Your app refuses everything: it probably checks with another key. Give it the dev key that "fic-dev keys" prints in place of the one of Fatture in Cloud, and see that it expects the audience that --audience names.',
        ]
      : []),
    ...(all(plain, 404) ? ['Your app knows no such path: is the URL that of your webhook route?'] : []),
    ...(all(posts, 419)
      ? [
          '419 is how Laravel refuses a request without its CSRF token: take the webhook route out of that check.',
        ]
      : []),
    ...(all(plain, 301, 302, 307, 308)
      ? ['Your app redirects: name the address that it redirects to, slash at the end included.']
      : []),
    ...(security.length > 1 && security.every(({ outcome }) => outcome === 'wrong')
      ? [
          'Your app does not check the token at all. If it answers 200 and throws the notification away, a check from outside cannot see that: --skip leaves cases out.',
        ]
      : []),
  ]
}
