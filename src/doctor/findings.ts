/** Finds what is wrong with a running daemon: the one place where findings are declared. Pure. */

import type { StatusFinding } from '../contract/finding.ts'
import type {
  ClockStatus,
  ShareStatus,
  SinkCounts,
  Status,
  StoreStatus,
  SubscriptionStatus,
  TargetStatus,
  TunnelStatus,
} from '../contract/status.ts'
import { outcomeTexts, type TunnelState } from '../contract/vocabulary.ts'
import { sayOffset } from '../fic/signature/clock.ts'

/** The members of a status that findings are derived from. */
export type FindingFacts = Pick<
  Status,
  'store' | 'tunnel' | 'subscription' | 'targets' | 'share' | 'sink' | 'clock'
>

type Finding = Omit<StatusFinding, 'part' | 'command'> & { command?: string }

/** All findings, those of the store and of the way to the sink first; empty if nothing is wrong. */
export function toFindings(facts: FindingFacts): StatusFinding[] {
  const { store, tunnel, subscription, targets, share, sink, clock } = facts
  return [
    ...of('store', aboutStore(store)),
    ...of('tunnel', tunnel && aboutTunnel(tunnel)),
    ...of('subscription', subscription && aboutSubscription(subscription)),
    ...of('budget', subscription && aboutBudget(subscription)),
    ...of('deliveries', targets.flatMap(aboutTarget)),
    ...of('sharing', share && aboutShare(share)),
    ...of('sink', sink && aboutSink(sink)),
    ...of('clock', clock && aboutClock(clock)),
  ]
}

/** Equal for two statuses if their findings differ at most in numbers that change with each notification. */
export function toFindingsKey(facts: FindingFacts): string {
  const { targets, share, sink } = facts
  return JSON.stringify(
    toFindings({
      ...facts,
      targets: targets.map((target) => ({ ...target, waiting: 0 })),
      share: share && { ...share, lag: 0 },
      sink: sink && { ...sink, failed: Math.min(sink.failed, 1) },
    }),
  )
}

function of(part: StatusFinding['part'], findings: readonly Finding[] | null): StatusFinding[] {
  return (findings ?? []).map((finding) => ({ part, command: null, ...finding }))
}

function aboutStore({ state, detail, hint }: StoreStatus): Finding[] {
  if (state === 'ok') return []
  const what = detail ?? 'The files of the store were removed while fic-dev ran.'
  if (state === 'restored') {
    const why = 'The removal of its files does not empty the store of a running fic-dev.'
    return [{ code: 'store-restored', tone: 'warning', what, why, todo: hint ?? '' }]
  }
  return [
    { code: 'store-failed', tone: 'failure', what, why: fourAttempts, todo: hint ?? 'Restart fic-dev.' },
  ]
}

const fourAttempts = 'Fatture in Cloud makes four attempts, then drops a notification.'

/** `starting` and `up` are as they should be. */
const tunnelFindings: Partial<
  Record<TunnelState, Pick<Finding, 'code' | 'tone' | 'why' | 'todo'> & { is: string }>
> = {
  suspect: {
    code: 'tunnel-suspect',
    tone: 'warning',
    is: 'is in doubt: the last probe did not come back',
    why: 'Notifications may not arrive.',
    todo: 'fic-dev probes it again, and reopens it if necessary.',
  },
  down: {
    code: 'tunnel-down',
    tone: 'failure',
    is: 'is down',
    why: `No notification arrives. ${fourAttempts}`,
    todo: 'fic-dev reopens it. If this continues, try another --tunnel, or --public-url.',
  },
  unknown: {
    code: 'tunnel-unknown',
    tone: 'warning',
    is: 'cannot be probed: this machine does not reach the public URL',
    why: 'Notifications may arrive all the same.',
    todo: 'fic-dev probes it again. Check the network and the proxy of this machine.',
  },
  held: {
    code: 'tunnel-name-held',
    tone: 'failure',
    is: 'is closed: its name is taken',
    why: 'Another name is another sink URL, which costs a verification.',
    todo: 'fic-dev takes the name when it is free. For another name, use --subdomain.',
  },
  stopped: {
    code: 'tunnel-stopped',
    tone: 'failure',
    is: 'is closed',
    why: 'No notification arrives.',
    todo: 'Restart fic-dev.',
  },
}

function aboutTunnel({ provider, state, detail }: TunnelStatus): Finding[] {
  const found = tunnelFindings[state]
  if (found === undefined) return []
  const { is, ...finding } = found
  return [{ ...finding, what: joined(`The tunnel (${provider}) ${is}.`, detail) }]
}

function aboutSubscription({ state, detail, hint, taken, warnings }: SubscriptionStatus): Finding[] {
  const findings: Finding[] = []
  if (state === 'failed' || state === 'unverified') {
    findings.push({
      code: `subscription-${state}`,
      tone: 'failure',
      what: joined(
        state === 'failed' ? 'There is no working subscription.' : 'The subscription is unverified.',
        detail,
      ),
      why: 'Fatture in Cloud sends no events before a subscription is verified.',
      todo: hint ?? 'Run "fic-dev subscriptions", and look at the terminal of fic-dev.',
    })
  }
  for (const { holder, sink, types } of groupTaken(taken)) {
    findings.push({
      code: 'type-taken',
      tone: 'warning',
      what: `${holder} (${sink}) of the same app holds ${types.length === 1 ? types[0] : `${types.length} of the wanted types`}.`,
      why: 'Each type belongs to one subscription of an app and company, so these notifications do not arrive here.',
      todo: `Use an app of your own for development, or borrow the subscription with --take-over ${holder}. It is restored on exit.`,
      command: `npx fic-dev --take-over ${holder}`,
    })
  }
  for (const what of warnings) {
    findings.push({
      code: 'subscription-warning',
      tone: 'warning',
      what,
      why: 'Notifications of that type do not arrive.',
      todo: 'Leave the type out, or remove it from the subscription that holds it.',
    })
  }
  return findings
}

function groupTaken(taken: SubscriptionStatus['taken']) {
  const groups = new Map<string, { holder: string; sink: string; types: string[] }>()
  for (const { type, subscriptionId: holder, sink } of taken) {
    const types = groups.get(holder)?.types ?? []
    groups.set(holder, { holder, sink, types: [...types, type] })
  }
  return groups.values()
}

/** The used attempts of a verified subscription count no longer. */
function aboutBudget({ state, budget }: SubscriptionStatus): Finding[] {
  if (budget === null || state === 'unmanaged' || state === 'verified') return []
  const { used, limit, nextPossibleAt } = budget
  const why = 'After the fifth failed attempt, the subscription is lost.'
  const what = `${used} of ${limit} verification attempts are used.`
  if (used >= limit) {
    const todo = 'Create a new subscription with --recreate.'
    return [{ code: 'budget-exhausted', tone: 'failure', what, why, todo }]
  }
  if (used < limit - 1) return []
  const next = nextPossibleAt && `The next is possible at ${toUtc(nextPossibleAt)}.`
  const todo = 'Find the reason for the failures first: "fic-dev list --kind verification".'
  return [{ code: 'budget-low', tone: 'warning', what: joined(what, next), why, todo }]
}

function aboutTarget(target: TargetStatus): Finding[] {
  const { url, health, cause, waiting, paused, lastVerdict, lastStatus } = target
  const findings: Finding[] = []
  if (cause !== null) {
    const what = `${cause.what} ${capitalize(sayWaiting(waiting))}.`
    findings.push({ ...cause, what, why: `${cause.why} Deliveries wait until the target works again.` })
  }
  if (paused) {
    findings.push({
      code: 'target-paused',
      tone: 'warning',
      what: `Forwarding to ${url} is paused; ${sayWaiting(waiting)}.`,
      why: 'Deliveries wait until forwarding is resumed.',
      todo: 'To resume, press p in the terminal of fic-dev, or use the switch on the page.',
    })
  }
  if (health === 'healthy' && isRefusal(lastVerdict)) {
    findings.push({
      code: 'target-refused',
      tone: 'warning',
      what: `${url} did not accept the last delivery${lastStatus === null ? '' : `: it answered ${lastStatus}`}.`,
      why: outcomeTexts[lastVerdict].meaning,
      todo: 'Open the notification to see the answer and its probable cause.',
    })
  }
  return findings
}

type Refusal = 'retried' | 'dropped' | 'subscription-deleted'

function isRefusal(verdict: TargetStatus['lastVerdict']): verdict is Refusal {
  return verdict !== null && verdict !== 'delivered' && verdict !== 'pending'
}

function aboutShare({ role, state, detail, hint, lag }: ShareStatus): Finding[] {
  if (state !== 'disconnected') return []
  return [
    {
      code: 'share-disconnected',
      tone: 'failure',
      what: `Sharing is disconnected${detail === null ? '' : `: ${detail}`}.`,
      why:
        role === 'hub'
          ? `Notifications are captured and answered, and published when the server is back. ${lag === 1 ? '1 notification waits' : `${lag} notifications wait`} for the team.`
          : 'No notification arrives before the server is back. The stream keeps notifications for 7 days.',
      todo: joined(hint, 'fic-dev retries.'),
    },
  ]
}

function aboutSink({ failed }: SinkCounts): Finding[] {
  if (failed === 0) return []
  const what = failed === 1 ? '1 notification was' : `${failed} notifications were`
  return [
    {
      code: 'sink-failed',
      tone: 'failure',
      what: `${what} not stored, and answered 503.`,
      why: fourAttempts,
      todo: 'Make room on the disk, and look at the log of fic-dev.',
    },
  ]
}

/** A genuine token shows more than the clock of another server: it was signed. */
function aboutClock({ behindMs, noticedAt }: ClockStatus): Finding[] {
  const offset = sayOffset(behindMs / 1000)
  const todo = 'Set the clock, or have it set from the network (NTP).'
  if (behindMs > 0) {
    return [
      {
        code: 'clock-behind',
        tone: 'warning',
        what: `The clock is ${offset}: a genuine token that arrived at ${toUtc(noticedAt)} was issued later.`,
        why: 'Such notifications are forwarded, but an app that checks the token may refuse them.',
        todo,
      },
    ]
  }
  return [
    {
      code: 'clock-ahead',
      tone: 'warning',
      what: `The clock is perhaps ${offset}: a token that arrived at ${toUtc(noticedAt)} had expired.`,
      why: 'If that token was new, genuine notifications count as expired and are not forwarded.',
      todo,
    },
  ]
}

function joined(...sentences: (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null && sentence !== '').join(' ')
}

/** `2026-11-23 09:12:01 UTC` */
function toUtc(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Without a capital letter: `3 deliveries wait`. */
export function sayWaiting(waiting: number): string {
  return waiting === 1 ? 'one delivery waits' : `${waiting} deliveries wait`
}
