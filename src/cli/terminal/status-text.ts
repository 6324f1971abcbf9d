/** The parts of the status line, the most important first. Pure. */

import type {
  ShareStatus,
  Status,
  SubscriptionStatus,
  TargetStatus,
  TunnelStatus,
} from '../../contract/status.ts'
import { clock } from './lines.ts'
import type { Colors } from '../output.ts'
import { elapsedText, spinner } from './spinner.ts'
import { visible } from './visible.ts'

export interface StatusFacts {
  /** `null` until the parts are built. */
  status: Pick<Status, 'tunnel' | 'subscription' | 'targets' | 'share' | 'counts'> | null
  phase: 'starting' | 'ready' | 'closing'
  /** How long what is waited for has taken. */
  waitedMs: number
  /** Notifications since the start. */
  received: number
  isPaused: boolean
}

/** A part may hold colours, nothing else that steers a terminal. */
export function statusParts(facts: StatusFacts, colors: Colors): string[] {
  const { status, phase, received, isPaused } = facts
  const waits = phase === 'ready' ? [] : [waitingText(facts, colors)]
  const { dim, yellow } = colors
  if (phase === 'closing') return waits
  if (phase === 'starting' || status === null) return [...waits, dim('? keys')]
  const { tunnel, subscription, targets, share, counts } = status
  return [
    ...(tunnel === null ? [] : tunnelPart(tunnel, colors)),
    ...(share === null ? [] : [sharePart(share, colors)]),
    ...(subscription === null ? [] : subscriptionPart(subscription, colors)),
    targetPart(targets, colors),
    ...(isPaused ? [yellow('paused')] : []),
    `${received} received`,
    ...(counts.waiting === 0 ? [] : [yellow(`${counts.waiting} waiting`)]),
    dim('? keys'),
  ]
}

/** What the start, or the end, waits for. */
export function waitedFor({ phase, status }: Pick<StatusFacts, 'phase' | 'status'>): string {
  if (phase === 'closing') return 'closing'
  const { tunnel = null, subscription = null, share = null } = status ?? {}
  if (share?.state === 'connecting') return 'connecting to the NATS server'
  if (tunnel === null) return 'starting'
  if (tunnel.state !== 'up' && tunnel.provider !== 'none')
    return `opening the tunnel: ${visible(tunnel.provider)}`
  return subscription?.detail ? 'verifying the subscription' : 'looking at the subscription'
}

function waitingText(facts: StatusFacts, colors: Colors): string {
  const text = `${waitedFor(facts)}${elapsedText(facts.waitedMs)}`
  return `${colors.cyan(spinner(facts.waitedMs))} ${text}`
}

/** Loopback is no tunnel. */
function tunnelPart({ provider, state }: TunnelStatus, { green, yellow }: Colors): string[] {
  if (provider === 'none') return []
  return [state === 'up' ? `tunnel ${green('up')}` : `tunnel ${yellow(state)}`]
}

function sharePart({ role, state, lag }: ShareStatus, { green, yellow }: Colors): string {
  const behind = lag === 0 ? '' : `, ${lag} ${role === 'hub' ? 'to publish' : 'behind'}`
  return `${role} ${state === 'connected' ? green(state) : yellow(state)}${behind}`
}

function subscriptionPart({ state, id, budget }: SubscriptionStatus, colors: Colors): string[] {
  if (state === 'unmanaged') return []
  const name = id === null ? 'subscription' : visible(id)
  if (state === 'verified') return [`${name} ${colors.green(state)}`]
  const paint = state === 'failed' ? colors.red : colors.yellow
  const next = budget?.nextPossibleAt ? `, next possible at ${clock(budget.nextPossibleAt).slice(0, 5)}` : ''
  const used = budget === null ? '' : ` (${budget.used} of ${budget.limit} used${next})`
  return [`${name} ${paint(state)}${used}`]
}

function targetPart(targets: readonly TargetStatus[], { green, yellow, red, dim }: Colors): string {
  const [first] = targets
  if (first === undefined) return dim('nothing is forwarded')
  const lost = targets.filter(({ health }) => health === 'unreachable').length
  if (targets.length > 1) {
    return lost === 0 ? `${targets.length} targets` : red(`${lost} of ${targets.length} targets unreachable`)
  }
  const { health, lastVerdict, lastStatus } = first
  if (health !== 'healthy' || lastVerdict === null) {
    return health === 'unreachable' ? `target ${red(health)}` : `target ${dim('not tried yet')}`
  }
  const paint = lastVerdict === 'delivered' ? green : lastVerdict === 'retried' ? yellow : red
  return `target ${paint(`${lastStatus ?? 'no answer'} ${lastVerdict}`)}`
}
