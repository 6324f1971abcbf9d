/** A running daemon for `fic-dev status`. Pure. */

import type { DaemonFile } from '../../contract/api.ts'
import type { FindingPart } from '../../contract/finding.ts'
import type { Status, TargetStatus } from '../../contract/status.ts'
import { inWords } from '../../subscription/budget.ts'
import type { Colors } from '../output.ts'
import { findingLine, localTime, shareLine, subscriptionLine, targetLine, tunnelLine } from './lines.ts'
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
    ...(isOpen && status.tunnel !== null ? [tunnelLine(brief(status, 'tunnel', status.tunnel), colors)] : []),
    ...(share === null ? [] : [shareLine(brief(status, 'sharing', share), colors)]),
    ...subscriptionLines(status, colors),
    ...(status.targets.length === 0 ? ['target  none, so nothing is forwarded'] : []),
    ...status.targets.map((target) => targetText(brief(status, 'deliveries', target), colors)),
    ...status.findings.map((finding) => findingLine(finding, colors)),
    `stored  ${number(counts.notifications, 'notification')}, ${number(counts.deliveries, 'delivery')}, ${counts.waiting} waiting`,
    ...(logFile === undefined ? [] : [`log  ${visible(logFile)}`]),
  ]
  return [
    `${colors.bold(`fic-dev ${visible(version)} is ${colors.green('running')}`)} (${since})`,
    `  ${'project'.padEnd(10)} ${visible(project)}`,
    ...addressLines(addresses, colors),
    ...lines.map((line) => `  ${line}`),
  ].join('\n')
}

/** The state of a part without the words that its findings have, too. */
function brief<Part extends { detail: string | null }>(
  { findings }: Pick<Status, 'findings'>,
  name: FindingPart,
  part: Part,
): Part {
  if (!findings.some((finding) => finding.part === name)) return part
  return {
    ...part,
    detail: null,
    ...('hint' in part && { hint: null }),
    ...('warnings' in part && { warnings: [] }),
  }
}

function subscriptionLines(status: Status, colors: Colors): string[] {
  const { subscription, share } = status
  // A follower has none: the hub does.
  if (share?.role === 'follower') return []
  if (subscription === null) return ['subscription  not managed']
  const { budget } = subscription
  const used = budget === null ? [] : [`verifications  ${inWords(budget)}`]
  return [subscriptionLine(brief(status, 'subscription', subscription), colors), ...used]
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
