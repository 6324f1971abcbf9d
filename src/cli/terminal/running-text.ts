/** A running daemon for `fic-dev status`. Pure. */

import type { DaemonFile } from '../../contract/api.ts'
import type { Status, TargetStatus } from '../../contract/status.ts'
import { inWords } from '../../subscription/budget.ts'
import type { Colors } from '../output.ts'
import { localTime, shareLine, subscriptionLine, targetLine, tunnelLine } from './lines.ts'
import { addressLines } from './report.ts'
import { visible } from './visible.ts'

export function runningText(
  status: Status,
  { pid, logFile }: Pick<DaemonFile, 'pid' | 'logFile'>,
  colors: Colors,
): string {
  const { version, startedAt, project, inspectorUrl, sinkUrl, emulatorUrl, share, counts } = status
  const since = `process ${pid}, since ${localTime(startedAt)}`
  const addresses = {
    openUrl: inspectorUrl ?? '',
    sinkUrl: sinkUrl ?? '',
    ...(emulatorUrl !== null && { emulatorUrl }),
    ...(share !== null && { shareUrl: share.url }),
  }
  const isOpen = status.tunnel !== null && status.tunnel.provider !== 'none'
  const lines = [
    ...(isOpen && status.tunnel !== null ? [tunnelLine(status.tunnel, colors)] : []),
    ...(share === null ? [] : [shareLine(share, colors)]),
    ...subscriptionLines(status, colors),
    ...(status.targets.length === 0 ? ['target  none, so nothing is forwarded'] : []),
    ...status.targets.map((target) => targetText(target, colors)),
    `stored  ${number(counts.notifications, 'notification')}, ${number(counts.deliveries, 'delivery')}, ${counts.waiting} waiting`,
    ...(status.store.detail === null ? [] : [colors.red(visible(status.store.detail))]),
    ...(logFile === undefined ? [] : [`log  ${visible(logFile)}`]),
  ]
  return [
    `${colors.bold(`fic-dev ${visible(version)} is ${colors.green('running')}`)} (${since})`,
    `  ${'project'.padEnd(10)} ${visible(project)}`,
    ...addressLines(addresses, colors),
    ...lines.map((line) => `  ${line}`),
  ].join('\n')
}

function subscriptionLines({ subscription, share }: Status, colors: Colors): string[] {
  // A follower has none: the hub does.
  if (share?.role === 'follower') return []
  if (subscription === null) return ['subscription  not managed']
  const { budget } = subscription
  const used = budget === null ? [] : [`verifications  ${inWords(budget)}`]
  return [subscriptionLine(subscription, colors), ...used]
}

function targetText(target: TargetStatus, colors: Colors): string {
  const { waiting, paused } = target
  return [
    targetLine(target, colors),
    ...(waiting === 0 ? [] : [colors.yellow(`${waiting} waiting`)]),
    ...(paused ? [colors.yellow('paused')] : []),
  ].join('  ')
}

function number(count: number, noun: string): string {
  const many = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`
  return `${count} ${count === 1 ? noun : many}`
}
