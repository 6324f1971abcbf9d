/** Runs the daemon in this terminal until it is ended: for `start` and `follow`. */

import { readEnvironment } from '../config/environment.ts'
import { longFlag, settings } from '../config/settings.ts'
import { createDaemon, type Daemon, type DaemonParts } from '../daemon.ts'
import { FicDevError } from '../errors.ts'
import { createLog } from '../log.ts'
import type { Owed } from '../subscription/leave.ts'
import { openInBrowser } from './browser.ts'
import type { Invocation } from './command.ts'
import { listenToKeys } from './terminal/daemon-keys.ts'
import { failureText, toFailure } from './failure.ts'
import { supportsLinks } from './terminal/links.ts'
import { createLogLines } from './terminal/log-lines.ts'
import { noteLine } from './output.ts'
import { createReport, type Told } from './terminal/report.ts'
import { awaitEnding, type Ending } from './signals.ts'
import { showStatusLine } from './terminal/status-line.ts'
import { visible } from './terminal/visible.ts'

/** Gives the exit code. */
export async function runDaemon(
  invocation: Invocation<object>,
  parts: Pick<DaemonParts, 'following'> = {},
): Promise<number> {
  const { config, secrets, file, sources, notes, output, leave } = invocation
  const ending = awaitEnding(() => {
    tellOwed(daemon.owed(), invocation)
    leave(130)
  })
  // Nobody reads any more: `fic-dev --json | head -1`.
  output.onClosed(() => ending.ask(0))
  const log = createLog(config.logLevel, createLogLines(output))
  tellNotes(invocation, parts.following !== undefined)

  const isAsking = isInteractive(config.json)
  const daemon = createDaemon(config, {
    secrets,
    settings: { file, sources, notes },
    log,
    ...(isAsking && { confirm: async (question) => (await keys?.confirm(question)) ?? false }),
    ...parts,
  })
  const links = supportsLinks(readEnvironment(process.cwd()), process.stderr.isTTY)
  const report = createReport(config, output, links)
  const statusLine = showStatusLine(daemon, output)
  daemon.on(report)
  if (config.exitOnTunnelFailure) daemon.on((message) => endOnTunnelFailure(message, report, ending))
  const keys = isAsking ? listenToKeys({ daemon, output, ending, statusLine }) : null
  try {
    const starting = daemon.start()
    // Ended before it was up: why it then failed to start is of no interest.
    starting.catch(() => {})
    const ended = await Promise.race([starting.then(() => null), ending.wanted])
    if (ended === null) {
      keys?.ready()
      if (config.open) await openInBrowser(daemon.addresses().openUrl)
    }
    const exitCode = ended ?? (await ending.wanted)
    // From here on Ctrl-C is a signal.
    keys?.release()
    const waiting = ended === null ? countWaiting(daemon) : null
    statusLine.closing()
    output.say(output.colors.dim('Closing; Ctrl-C once more leaves at once.'))
    await daemon.close()
    statusLine.remove()
    tellOwed(daemon.owed(), invocation)
    if (waiting !== null) output.say(output.colors.dim(stoppedText(waiting())))
    return exitCode
  } finally {
    keys?.release()
    statusLine.remove()
  }
}

/** Says what is left undone at Fatture in Cloud, and which command does it. */
function tellOwed(owed: readonly Owed[], { config, sources, output }: Invocation<object>): void {
  const asGiven = (['company', 'apiBase', 'dataDir'] as const)
    .filter((key) => sources[key] === 'flag')
    .map((key) => ` ${longFlag(settings[key])} ${config[key]}`)
    .join('')
  for (const { id, oldSink } of owed) {
    const isBorrowed = oldSink !== null
    const message = isBorrowed
      ? `The subscription ${id} was not given back to ${oldSink}.`
      : `The subscription ${id} was not deleted.`
    const command = `fic-dev subscriptions ${isBorrowed ? 'restore' : `delete ${id}`}${asGiven}`
    const does = isBorrowed ? 'gives it back' : 'deletes it'
    // An emulator of this process ends with it.
    const hint = config.emulator ? `The next start ${does} when it ends.` : `${command} ${does}.`
    const { exitCode, ...error } = toFailure(new FicDevError('SUBSCRIPTION_FAILED', message, { hint }))
    if (output.json) output.object({ type: 'error', error })
    output.say(failureText({ ...error, exitCode }, output.colors.red))
  }
}

/** Without the flag, the tunnel is opened again for as long as it takes. */
function endOnTunnelFailure(message: Told, report: (message: Told) => void, ending: Ending): void {
  if (message.type !== 'tunnel' || message.tunnel.state !== 'down') return
  const { provider, detail } = message.tunnel
  const { exitCode, ...error } = toFailure(
    new FicDevError('TUNNEL_FAILED', `The tunnel of ${provider} is lost: ${detail ?? 'no reason is known'}`, {
      hint: 'Without --exit-on-tunnel-failure it is opened again.',
    }),
  )
  report({ type: 'error', error })
  ending.ask(exitCode)
}

/** How many deliveries are left: those that waited, without those that come to their end while the daemon closes. */
function countWaiting(daemon: Daemon): () => number {
  let waiting = daemon.status().counts.waiting
  daemon.on((message) => {
    if (message.type !== 'delivery') return
    const { verdict, replay, nextAttemptAt } = message.delivery
    if (verdict !== 'pending' && !replay && nextAttemptAt === null) waiting -= 1
  })
  return () => Math.max(0, waiting)
}

function stoppedText(waiting: number): string {
  if (waiting === 0) return 'stopped'
  const deliveries = waiting === 1 ? '1 delivery waits' : `${waiting} deliveries wait`
  return `stopped; ${deliveries} for the next start`
}

function tellNotes({ file, notes, config, secrets, output }: Invocation<object>, isFollower: boolean): void {
  const { dim } = output.colors
  for (const note of notes) output.say(noteLine(note, output.colors))
  if (output.json || config.output === 'quiet') return
  if (file !== null) output.say(dim(`config ${visible(file)}`))
  if (config.forwardTo.length === 0)
    output.say(dim('Nothing is forwarded: -f http://localhost:3000/webhooks names your app.'))
  const missing = [
    ...(secrets.accessToken === null ? ['FIC_ACCESS_TOKEN in the environment'] : []),
    ...(config.company === null ? ['--company (or FIC_COMPANY_ID)'] : []),
  ]
  if (!config.emulator && !isFollower && missing.length > 0) {
    output.say(`To let fic-dev make and keep the subscription, set ${missing.join(' and ')}.`)
  }
}

function isInteractive(json: boolean): boolean {
  return !json && process.stdin.isTTY && process.stdout.isTTY
}
