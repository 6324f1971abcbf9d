/** Judges what the running daemon says of itself: tunnel, subscription, budget, sharing, sink, deliveries. Pure. */

import type { ClockStatus, Status, SubscriptionStatus, TunnelStatus } from '../contract/status.ts'
import { sayOffset } from '../fic/signature/clock.ts'
import { doubtful, fine, skipped, wrong, type Finding } from './finding.ts'
import { judgeShare } from './sharing.ts'

/** `null`: no daemon runs for this project. */
export function judgeRunning(status: Status | null): Finding[] {
  if (!status) {
    return [
      skipped(
        'daemon',
        'fic-dev is not running for this project, so tunnel and subscription were not checked.',
        'Start fic-dev, then run fic-dev doctor in another terminal.',
      ),
    ]
  }
  return [
    fine('daemon', `fic-dev ${status.version} has run since ${status.startedAt} on Node ${status.node}.`),
    ...(status.tunnel ? [judgeTunnel(status.tunnel)] : []),
    ...(status.subscription ? judgeSubscription(status.subscription) : []),
    ...(status.share ? [judgeShare(status.share)] : []),
    ...judgeDeliveries(status),
    ...(status.clock ? [judgeTokenClock(status.clock)] : []),
    ...(status.sink && status.sink.failed > 0
      ? [
          wrong(
            'sink',
            `${status.sink.failed} notifications could not be kept, and were answered 503.`,
            'Fatture in Cloud makes four attempts, and then drops them.',
            'Make room on the disk, and look at the log of the daemon.',
          ),
        ]
      : []),
  ]
}

/** What came shows more than a look at the other side's clock: it was signed. */
function judgeTokenClock({ behindMs, noticedAt }: ClockStatus): Finding {
  const offset = sayOffset(behindMs / 1000)
  const todo = 'Set the clock, or have it set from the network (NTP).'
  if (behindMs > 0) {
    return doubtful(
      'clock',
      `The clock is ${offset}: a genuine token that came at ${noticedAt} was issued later.`,
      'Such notifications are forwarded, but an app that checks the token may refuse them.',
      todo,
    )
  }
  return doubtful(
    'clock',
    `The clock is perhaps ${offset}: a token that came at ${noticedAt} had expired.`,
    'If that token was new, genuine notifications count as expired and are not forwarded.',
    todo,
  )
}

function judgeTunnel({ provider, state, publicUrl, detail }: TunnelStatus): Finding {
  if (provider === 'none') return skipped('tunnel', 'No tunnel: the sink is reached on this machine only.')
  const because = detail === null ? '' : ` ${detail}`
  if (state === 'up') {
    return fine(
      'tunnel',
      `${provider} is up: requests to ${publicUrl ?? 'it'} come back to this machine.${because}`,
    )
  }
  const judge = state === 'suspect' || state === 'starting' || state === 'unknown' ? doubtful : wrong
  return judge(
    'tunnel',
    `${provider} is ${state}.${because}`,
    'Notifications sent meanwhile may be lost: Fatture in Cloud makes four attempts.',
    'fic-dev reopens it. If this continues, try another --tunnel, or --public-url.',
  )
}

function judgeSubscription(subscription: SubscriptionStatus): Finding[] {
  const { state, id, detail, hint, budget, warnings, taken } = subscription
  const because = detail === null ? '' : ` ${detail}`
  const findings: Finding[] = []
  if (state === 'verified')
    findings.push(fine('subscription', detail ?? `${id ?? 'The subscription'} is verified.`))
  else if (state === 'unmanaged') {
    findings.push(
      skipped(
        'subscription',
        'fic-dev leaves the subscription alone.',
        'It needs a token and --company to keep one.',
      ),
    )
  } else {
    const judge = state === 'working' ? doubtful : wrong
    const todo = hint ?? 'Look at "fic-dev subscriptions" and at the terminal of the daemon.'
    findings.push(
      judge(
        'subscription',
        `${id ?? 'The subscription'} is ${state}.${because}`,
        'No event is sent before it is verified.',
        todo,
      ),
    )
  }
  for (const warning of warnings) {
    findings.push(
      doubtful(
        'subscription',
        warning,
        'Notifications of that type do not come.',
        'Leave the type out, or free it where it is held.',
      ),
    )
  }
  if (taken.length > 0) {
    const holders = [...new Set(taken.map(({ subscriptionId, sink }) => `${subscriptionId} (${sink})`))].join(
      ', ',
    )
    findings.push(
      doubtful(
        'subscription',
        `${taken.length} wanted types are held by ${holders}.`,
        'Each type goes to one subscription of an app and company only.',
        'Use an app of your own for development, or --take-over to borrow that subscription.',
      ),
    )
  }
  return budget === null || state === 'unmanaged'
    ? findings
    : [...findings, judgeBudget(subscription, budget)]
}

function judgeBudget(
  { state }: SubscriptionStatus,
  budget: NonNullable<SubscriptionStatus['budget']>,
): Finding {
  const { used, limit, nextPossibleAt } = budget
  const next = nextPossibleAt === null ? '' : `, the next is possible at ${nextPossibleAt}`
  const what = `${used} of ${limit} verification attempts used${next}.`
  if (state === 'verified' || used < limit - 1) return fine('budget', what)
  const judge = used >= limit ? wrong : doubtful
  return judge(
    'budget',
    what,
    'After the fifth failed attempt the subscription is lost.',
    used >= limit ? '--recreate makes a new subscription.' : 'Find out first why the last ones failed.',
  )
}

function judgeDeliveries({ targets, counts }: Status): Finding[] {
  const findings = targets.flatMap(({ url, waiting, paused, cause }) => {
    if (paused) {
      const what = `Forwarding to ${url} is paused; ${sayWaiting(waiting)}.`
      return [
        doubtful(
          'deliveries',
          what,
          'They wait until it goes on.',
          'To resume, press p in the terminal of fic-dev, or use the page.',
        ),
      ]
    }
    if (cause === null || waiting === 0) return []
    const what = `${cause.what} ${capitalize(sayWaiting(waiting))}.`
    return [doubtful('deliveries', what, `${cause.why} They wait until the target works.`, cause.todo)]
  })
  if (findings.length > 0 || targets.length === 0) return findings
  return [
    fine('deliveries', `${counts.notifications} notifications are kept, ${sayWaiting(counts.waiting)}.`),
  ]
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function sayWaiting(waiting: number): string {
  return waiting === 1 ? 'one delivery waits' : `${waiting} deliveries wait`
}
