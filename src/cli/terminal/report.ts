/** Prints what the daemon tells: notifications and deliveries on stdout, the state of its parts on stderr. */

import type { FindingPart } from '../../contract/finding.ts'
import type { SubscriptionStatus } from '../../contract/status.ts'
import type { Config } from '../../config/config.ts'
import type { DaemonAddresses, DaemonMessage } from '../../daemon.ts'
import { provenAudience } from '../../fic/signature/audience.ts'
import {
  clock,
  deliveryLine,
  findingLine,
  notificationLine,
  shareLine,
  subscriptionLine,
  targetLine,
  targetsLine,
  tunnelLine,
} from './lines.ts'
import { createHints, hintOnDelivery, hintOnShared, hintOnTarget } from './hints.ts'
import { toLink } from './links.ts'
import { noteLine, type Output } from '../output.ts'
import { failureText } from '../failure.ts'
import { visible } from './visible.ts'

/** What `--json` prints; the rest is for the stream's readers. */
const jsonTypes: ReadonlySet<DaemonMessage['type']> = new Set([
  'ready',
  'notification',
  'delivery',
  'tunnel',
  'subscription',
  'target',
  'targets',
  'share',
  'store',
  'findings',
  'note',
  'error',
])

/** Parts of which no other line says what is wrong. */
const printedParts: ReadonlySet<FindingPart> = new Set(['sink'])

/** `links`: whether the terminal understands them. */
export function createReport(
  config: Pick<Config, 'output'>,
  output: Output,
  links = false,
): (message: DaemonMessage) => void {
  if (output.json) return (message) => void (jsonTypes.has(message.type) && output.object(message))
  const print = (line: string | null) => void (line !== null && output.line(line))
  const say = once((line: string) => output.say(`${output.colors.dim(now())}  ${line}`))
  const { colors } = output
  const states = new Map<string, string>()
  let follows = false
  /** Of the newest valid token. */
  let audience: string | null = null
  const hint = createHints((text) => {
    if (config.output !== 'quiet') output.say(`${colors.dim(now())}  ${colors.yellow('hint')}  ${text}`)
  })
  return (message) => {
    switch (message.type) {
      case 'notification':
        print(notificationLine(message.notification, config.output, colors))
        audience = provenAudience(message.notification.signature) ?? audience
        return follows ? hint('hub', hintOnShared(message.notification)) : undefined
      case 'delivery':
        print(deliveryLine(message.delivery, config.output, colors))
        return hint(message.delivery.target, hintOnDelivery(message.delivery, audience))
      case 'tunnel':
        // Loopback is no tunnel that anybody waits for, and the end of one is our own doing.
        if (message.tunnel.provider === 'none' || message.tunnel.state === 'stopped') return undefined
        return say('tunnel', tunnelLine(message.tunnel, colors))
      case 'subscription':
        return isWorthALine(message.subscription)
          ? say('subscription', subscriptionLine(message.subscription, colors))
          : undefined
      case 'target': {
        const { url, health, lastVerdict } = message.target
        const state = `${health} ${lastVerdict}`
        if (states.get(url) !== state) say(url, targetLine(message.target, colors))
        states.set(url, state)
        return hint(url, hintOnTarget(message.target))
      }
      case 'targets':
        return say('targets', targetsLine(message.targets, colors))
      case 'share':
        follows = message.share.role === 'follower'
        return say('share', shareLine(message.share, colors))
      case 'store':
        // An error says the same, and what to do.
        return undefined
      case 'findings':
        for (const finding of message.findings) {
          if (printedParts.has(finding.part)) say(finding.code, findingLine(finding, colors))
        }
        return undefined
      case 'note':
        return output.say(noteLine(message.text, colors))
      case 'error':
        return output.say(failureText(message.error, colors.red))
      case 'ready':
        return config.output === 'quiet' ? undefined : output.say(banner(message, colors, links))
    }
  }
}

/** A failure is followed by an error that says more; work that has no words yet says nothing. */
function isWorthALine({ state, detail }: SubscriptionStatus): boolean {
  return state !== 'failed' && (state !== 'working' || detail !== null)
}

/** The same words about the same thing are said once. */
function once(say: (line: string) => void): (about: string, line: string) => void {
  const last = new Map<string, string>()
  return (about, line) => {
    if (last.get(about) === line) return
    last.set(about, line)
    say(line)
  }
}

/** `openUrl` is for people; the others are addresses for programs. */
export function addressLines(
  { openUrl, sinkUrl, emulatorUrl, shareUrl }: Omit<DaemonAddresses, 'inspectorUrl'>,
  colors: Output['colors'],
  links = false,
): string[] {
  const rows: [string, string | undefined][] = [
    ['inspector', openUrl],
    // A follower has none.
    ['sink', sinkUrl || undefined],
    ['emulator', emulatorUrl],
    ['shared by', shareUrl],
  ]
  const toText = (name: string, url: string) => (links && name === 'inspector' ? toLink(url) : url)
  return rows.flatMap(([name, url]) =>
    url === undefined ? [] : [`  ${name.padEnd(10)} ${colors.cyan(toText(name, visible(url)))}`],
  )
}

function banner(addresses: DaemonAddresses, colors: Output['colors'], links: boolean): string {
  return [colors.bold(colors.green('fic-dev is ready')), ...addressLines(addresses, colors, links)].join('\n')
}

function now(): string {
  return clock(new Date().toISOString())
}
