/** Judges how a target took a challenge and a notification signed with the dev key. Pure. */

import type { Cause } from '../contract/notification.ts'
import { doubtful, fine, wrong, type DoctorFinding } from './finding.ts'

/** One try, as a check of the receiver gives it. */
export interface Tried {
  name: string
  outcome: 'right' | 'careless' | 'wrong' | 'skipped'
  /** What the app did, in words. */
  says: string
  cost: string | null
  cause: Cause | null
}

/** One finding for each cause. */
export function judgeTarget(url: string, tried: readonly Tried[]): DoctorFinding[] {
  const start = tried.find(({ name }) => name === 'start')
  if (start?.cause) {
    const { what, why, todo } = start.cause
    return [wrong('target', what, `${why} Notifications wait for your app.`, todo)]
  }
  const findings = new Map<string, DoctorFinding>()
  for (const one of tried) {
    const key = one.cause?.code ?? one.name
    if (one.outcome !== 'right' && one.outcome !== 'skipped' && !findings.has(key)) {
      findings.set(key, judgeTry(url, one))
    }
  }
  if (findings.size > 0) return [...findings.values()]
  return [
    fine('target', `${url} listens, answers the challenge and takes a notification signed with the dev key.`),
  ]
}

function judgeTry(url: string, { name, says, cost, cause }: Tried): DoctorFinding {
  if (cause) {
    const judge = cause.tone === 'failure' ? wrong : doubtful
    return judge('target', cause.what, cause.why, `${cause.todo} fic-dev check looks closer.`)
  }
  const isChallenge = name.startsWith('challenge')
  // With fic-dev between, the challenge is answered for the app.
  return doubtful(
    'target',
    `${url} ${isChallenge ? 'does not answer the challenge as it should' : 'does not take a notification signed with the dev key'}: ${says}.`,
    isChallenge
      ? 'fic-dev answers the challenge for your app; in production, your app must answer the challenge.'
      : (cost ?? 'In production it would be lost.'),
    'fic-dev check looks closer.',
  )
}
