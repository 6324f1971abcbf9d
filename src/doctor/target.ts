/** Judges how a target took a challenge and a notification signed with the dev key. Pure. */

import { doubtful, fine, wrong, type Finding } from './finding.ts'

/** One try, as a check of the receiver gives it. */
export interface Tried {
  name: string
  outcome: 'right' | 'careless' | 'wrong' | 'skipped'
  /** What the app did, in words. */
  says: string
  cost: string | null
}

export function judgeTarget(url: string, tried: readonly Tried[]): Finding[] {
  const start = tried.find(({ name }) => name === 'start')
  if (start?.outcome === 'wrong') {
    return [
      wrong(
        'target',
        `There is ${start.says}.`,
        'Notifications are kept, and wait for your app for 24 hours.',
        'Start your app, or name its address with --forward-to.',
      ),
    ]
  }
  const others = tried.filter(({ name }) => name !== 'start')
  const findings = others.flatMap((one) => judgeTry(url, one))
  return findings.length > 0
    ? findings
    : [
        fine(
          'target',
          `${url} listens, answers the challenge and takes a notification signed with the dev key.`,
        ),
      ]
}

function judgeTry(url: string, { name, outcome, says, cost }: Tried): Finding[] {
  if (outcome === 'right') return []
  const isChallenge = name.startsWith('challenge')
  const what = `${url} ${isChallenge ? 'does not answer the challenge as it should' : 'does not take a notification signed with the dev key'}: ${says}.`
  // With fic-dev between, the challenge is answered for the app, and a notification has its true token.
  return [
    doubtful(
      'target',
      what,
      isChallenge
        ? 'fic-dev answers the challenge for your app; in production it is on its own.'
        : (cost ?? 'In production it would be lost.'),
      'fic-dev check looks closer; "fic-dev keys" prints the dev key that your app needs for that.',
    ),
  ]
}
