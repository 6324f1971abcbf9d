/** Reports the running daemon for the doctor: its findings, and what is well. Pure. */

import type { FindingPart, StatusFinding } from '../contract/finding.ts'
import type {
  ShareStatus,
  Status,
  SubscriptionStatus,
  TunnelStatus,
  VerificationBudget,
} from '../contract/status.ts'
import { doubtful, fine, skipped, wrong, type DoctorFinding } from './finding.ts'
import { sayWaiting } from './findings.ts'

/** `null`: no daemon runs for this project. */
export function judgeRunning(status: Status | null): DoctorFinding[] {
  if (!status) {
    return [
      skipped(
        'daemon',
        'fic-dev is not running for this project, so tunnel and subscription were not checked.',
        'Start fic-dev, then run fic-dev doctor in another terminal.',
      ),
    ]
  }
  const { tunnel, subscription, share } = status
  // The doctor tries each target itself: the answer that it gets counts, not the last one.
  const findings = status.findings.filter(({ code }) => code !== 'target-refused')
  return [
    fine('daemon', `fic-dev ${status.version} has run since ${status.startedAt} on Node ${status.node}.`),
    ...(tunnel ? sayTunnel(tunnel) : []),
    ...(subscription ? saySubscription(subscription) : []),
    ...(share ? sayShare(share) : []),
    ...sayIfWell({ ...status, findings }),
    ...findings.map(toDoctorFinding),
  ]
}

function toDoctorFinding({ part, tone, what, why, todo }: StatusFinding): DoctorFinding {
  // A target that does not work fails the doctor's own attempt; its finding is about the deliveries that wait.
  const judge = tone === 'failure' && part !== 'deliveries' ? wrong : doubtful
  return judge(part, what, why, todo)
}

function sayTunnel({ provider, state, publicUrl, detail }: TunnelStatus): DoctorFinding[] {
  if (provider === 'none') return [skipped('tunnel', 'No tunnel: the sink is reached on this machine only.')]
  const because = detail === null ? '' : ` ${detail}`
  if (state === 'up') {
    const what = `${provider} is up: requests to ${publicUrl ?? 'it'} come back to this machine.${because}`
    return [fine('tunnel', what)]
  }
  if (state !== 'starting') return []
  const why = 'Notifications do not arrive before it is up.'
  return [doubtful('tunnel', `${provider} is starting.${because}`, why, 'Run fic-dev doctor again.')]
}

function saySubscription({ state, id, detail, hint }: SubscriptionStatus): DoctorFinding[] {
  const name = id ?? 'The subscription'
  if (state === 'verified') return [fine('subscription', detail ?? `${name} is verified.`)]
  if (state === 'unmanaged') {
    const todo = 'It needs a token and --company to keep one.'
    return [skipped('subscription', 'fic-dev leaves the subscription alone.', todo)]
  }
  if (state !== 'working') return []
  const what = `${name} is not verified yet.${detail === null ? '' : ` ${detail}`}`
  const why = 'No event is sent before it is verified.'
  return [doubtful('subscription', what, why, hint ?? 'Run fic-dev doctor again.')]
}

function sayShare({ role, url, state, detail, hint, lag, name, followers }: ShareStatus): DoctorFinding[] {
  const self = role === 'hub' ? `Hub at ${url}` : `Follower ${name ?? ''} at ${url}`
  if (state === 'connected') {
    const left = role === 'hub' ? `${lag} to publish, ${followers.length} followers` : `${lag} not yet here`
    return [fine('sharing', `${self}: connected, ${left}.`)]
  }
  if (state === 'disconnected') return []
  const what = `${self}: connecting${detail === null ? '' : `, ${detail}`}.`
  return [doubtful('sharing', what, 'Nothing is shared before it is connected.', hint ?? 'fic-dev retries.')]
}

/** Parts whose state alone does not say whether anything is wrong. */
function sayIfWell({ subscription, targets, counts, findings }: Status): DoctorFinding[] {
  const isWell = (part: FindingPart) => findings.every((finding) => finding.part !== part)
  const budget = subscription?.state === 'unmanaged' ? null : subscription?.budget
  const lines: DoctorFinding[] = []
  if (budget && isWell('budget')) lines.push(fine('budget', sayBudget(budget)))
  if (targets.length > 0 && isWell('deliveries')) {
    const what = `${counts.notifications} notifications are kept, ${sayWaiting(counts.waiting)}.`
    lines.push(fine('deliveries', what))
  }
  return lines
}

function sayBudget({ used, limit, nextPossibleAt }: VerificationBudget): string {
  const next = nextPossibleAt === null ? '' : `, the next is possible at ${nextPossibleAt}`
  return `${used} of ${limit} verification attempts used${next}.`
}
