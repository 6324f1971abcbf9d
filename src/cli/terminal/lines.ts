/** One line of the terminal for each thing that happens. Pure. */

import type { Finding } from '../../contract/finding.ts'
import type { ClaimVerdict, Delivery, Notification } from '../../contract/notification.ts'
import { publicationText, type OutputForm } from '../../contract/vocabulary.ts'
import type { ShareStatus, SubscriptionStatus, TargetStatus, TunnelStatus } from '../../contract/status.ts'
import { toShortName } from '../../fic/event-types.ts'
import { readBehindSeconds, sayOffset } from '../../fic/signature/clock.ts'
import { sayCause } from '../../http/causes.ts'
import type { Colors } from '../output.ts'
import { isPublication } from '../publication.ts'
import { visible } from './visible.ts'

/** How many ids are named before the rest is counted. */
const idsNamed = 5

/** `10:12:01  --> issued_documents.invoices.create [198:f059…] ids 3062300  signed`; `null` where the form leaves it out. */
export function notificationLine(
  notification: Notification,
  form: OutputForm,
  colors: Colors,
): string | null {
  const { signature, twinOf, receivedAt } = notification
  const clockRemark = clockRemarks(notification, colors)
  if (form === 'quiet' && signature.outcome === 'valid' && clockRemark.length === 0) return null
  const arrow = colors.cyan('-->')
  if (form === 'compact') {
    const remark = signature.outcome === 'valid' ? [] : [signatureWord(notification, colors)]
    return [`${arrow} ${subjectOf(notification)}`, ...remark, ...clockRemark].join('  ')
  }
  const twin = twinOf === null ? [] : [colors.yellow(`duplicate of ${twinOf}`)]
  const parts = [
    `${arrow} ${subjectOf(notification)}`,
    ...twin,
    signatureWord(notification, colors),
    ...clockRemark,
  ]
  return [colors.dim(clock(receivedAt)), ...parts].join('  ')
}

/** What a notification is about: type, id and ids. */
export function subjectOf({
  kind,
  eventType,
  cloudEvent,
  ids,
  idCount = ids.length,
  method,
  bodyBytes,
  answer,
}: Notification): string {
  if (kind === 'verification') return `verification answered ${answer.status}`
  const type =
    eventType === null ? `unknown ${visible(method)} of ${bodyBytes} bytes` : visible(toShortName(eventType))
  const id = cloudEvent ? ` [${visible(shortId(cloudEvent.id))}]` : ''
  return `${type}${id}${idsText(ids, idCount)}`
}

/** `198:f059…` of `198:f059b211-24f4-44ab-9859-b1613a9a0712`: enough to tell two apart. */
export function shortId(id: string): string {
  const match = /^(\d+:[^-]{1,4})/.exec(id)
  const short = match?.[1] ?? id.slice(0, 12)
  return short.length < id.length ? `${short}…` : id
}

function idsText(ids: readonly (number | string)[], count: number): string {
  if (ids.length === 0) return ''
  const named = ids.slice(0, idsNamed).map((id) => visible(String(id)))
  const rest = count > idsNamed ? ` and ${count - idsNamed} more` : ''
  return ` ids ${named.join(', ')}${rest}`
}

export function signatureWord({ signature }: Notification, colors: Colors): string {
  if (signature.outcome === 'valid') return colors.green('signed')
  return signature.outcome === 'missing' ? colors.yellow('unsigned') : colors.red('invalid signature')
}

const claimMarks = { ok: '✓', ahead: '✓', wrong: '✗', absent: ' ', shown: ' ' } as const
const claimPaints = { ok: 'green', ahead: 'yellow', wrong: 'red', absent: 'dim', shown: 'dim' } as const

/** `✓ aud`: whether a claim has the expected value. A claim without an expected value has no mark. */
export function markedClaim(
  { claim, verdict }: Pick<ClaimVerdict, 'claim' | 'verdict'>,
  colors: Colors,
): string {
  return colors[claimPaints[verdict]](`${claimMarks[verdict]} ${claim.padEnd(9)}`)
}

/** Tokens live by the clock, so a wrong one is said with each notification that shows it. */
function clockRemarks({ signature, receivedAt }: Notification, colors: Colors): string[] {
  const behind = readBehindSeconds(signature, new Date(receivedAt))
  if (behind === null) return []
  return [colors.yellow(`clock ${behind < 0 ? 'perhaps ' : ''}${sayOffset(behind)}`)]
}

/** `10:12:01  <-- [200] POST http://localhost:3000/webhooks (12ms)`; `null` while there is no answer. */
export function deliveryLine(delivery: Delivery, form: OutputForm, colors: Colors): string | null {
  const { status, error, verdict, startedAt, durationMs, target, replay, nextAttemptAt } = delivery
  if (verdict === 'pending') return null
  if (form === 'quiet' && verdict === 'delivered') return null
  const paint = verdict === 'delivered' ? colors.green : verdict === 'retried' ? colors.yellow : colors.red
  const took = durationMs === null ? '' : ` (${Math.round(durationMs)}ms)`
  const isShared = isPublication(delivery)
  const word = isShared ? publicationText(verdict).label : (status ?? 'no answer')
  const answer = `${colors.magenta('<--')} ${paint(`[${word}]`)}`
  if (form === 'compact') return `${answer}${took}${error === null ? '' : `  ${visible(error)}`}`
  const remarks = [
    ...(error === null ? [] : [visible(error)]),
    ...(replay ? ['replay'] : []),
    ...(isShared ? [] : (verdictRemark(delivery) ?? [])),
    ...(nextAttemptAt === null ? [] : [`next try ${clock(nextAttemptAt)}`]),
  ]
  return [
    colors.dim(clock(startedAt)),
    `${answer} ${isShared ? '' : 'POST '}${visible(target)}${took}`,
    ...remarks,
  ].join('  ')
}

/** How a delivery ended, in a word: `200 delivered`. */
export function deliveryWord(delivery: Delivery, colors: Colors): string {
  const { status, verdict } = delivery
  const text = isPublication(delivery)
    ? publicationText(verdict).label
    : [status, verdict].filter((part) => part !== null).join(' ')
  return verdict === 'delivered'
    ? colors.green(text)
    : verdict === 'dropped'
      ? colors.red(text)
      : colors.yellow(text)
}

/** What Fatture in Cloud would have made of the answer, where it is not simply content. */
function verdictRemark({ verdict }: Delivery): [string] | null {
  if (verdict === 'dropped') return ['Fatture in Cloud would drop it']
  return verdict === 'subscription-deleted' ? ['Fatture in Cloud would delete the subscription'] : null
}

export function tunnelLine({ provider, state, publicUrl, detail }: TunnelStatus, colors: Colors): string {
  const paint = state === 'up' ? colors.green : state === 'starting' ? colors.dim : colors.yellow
  return joined('tunnel', safe(provider), paint(state), safe(publicUrl), safe(detail))
}

export function subscriptionLine(status: SubscriptionStatus, colors: Colors): string {
  const { state, id, detail, hint, warnings } = status
  const paint = state === 'verified' ? colors.green : state === 'failed' ? colors.red : colors.yellow
  return joined('subscription', safe(id), paint(state), safe(detail), ...warnings.map(safe), safe(hint))
}

/** The verdict on its last answer, or why there is none. The number of waiting deliveries changes too often. */
export function targetLine(
  { url, health, detail, lastVerdict, lastStatus }: TargetStatus,
  colors: Colors,
): string {
  if (health !== 'healthy' || lastVerdict === null) {
    const word = health === 'unknown' ? 'not tried yet' : health
    return joined('target', safe(url), colors.yellow(word), safe(detail))
  }
  const paint = lastVerdict === 'delivered' ? colors.green : colors.yellow
  return joined('target', safe(url), paint(`${lastStatus ?? 'no answer'} ${lastVerdict}`))
}

/** After the targets were changed. */
export function targetsLine(targets: readonly TargetStatus[], colors: Colors): string {
  if (targets.length === 0) return joined('targets', colors.yellow('none: nothing is forwarded'))
  return joined('targets', targets.map(({ url }) => visible(url)).join('  '))
}

/** The numbers are left out: they change with each notification. */
export function shareLine(
  { role, url, state, detail, hint, name, hubSink }: ShareStatus,
  colors: Colors,
): string {
  const what = role === 'hub' ? 'sharing by' : `following as ${name ?? ''}:`
  const paint = state === 'connected' ? colors.green : colors.yellow
  const sink = state === 'connected' && hubSink !== null ? `hub sink ${visible(hubSink)}` : null
  return joined(`${what} ${visible(url)}`, paint(state), sink, safe(detail), safe(hint))
}

/** What is wrong, why, and what to do. */
export function findingLine(finding: Finding, { red, yellow }: Colors): string {
  const paint = finding.tone === 'failure' ? red : yellow
  return joined(paint(finding.tone), visible(sayCause(finding)))
}

function safe(text: string | null): string | null {
  return text === null ? null : visible(text)
}

function joined(...parts: (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('  ')
}

/** `2026-11-23 10:12:01`, where the reader is. */
export function localTime(iso: string): string {
  const time = new Date(iso)
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()]
  return `${date.map((part) => String(part).padStart(2, '0')).join('-')} ${clock(iso)}`
}

/** Hours, minutes and seconds of an ISO time, where the reader is. */
export function clock(iso: string): string {
  const time = new Date(iso)
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}
