/** Judges how sharing stands, as the running daemon says it. Pure. */

import type { ShareStatus } from '../contract/status.ts'
import { doubtful, fine, wrong, type Finding } from './finding.ts'

export function judgeShare({ role, url, state, detail, hint, lag, name, followers }: ShareStatus): Finding {
  const who = role === 'hub' ? `Hub at ${url}` : `Follower ${name ?? ''} at ${url}`
  const left = role === 'hub' ? `${lag} to publish, ${followers.length} followers` : `${lag} not yet here`
  if (state === 'connected') return fine('sharing', `${who}: connected, ${left}.`)
  const judge = state === 'connecting' ? doubtful : wrong
  return judge(
    'sharing',
    `${who}: ${state}${detail === null ? '' : `, ${detail}`}.`,
    role === 'hub'
      ? 'Notifications are kept here until they can be shared.'
      : 'No notification arrives here; the stream keeps them for 7 days.',
    hint ?? 'fic-dev retries.',
  )
}
