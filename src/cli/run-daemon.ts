/** Runs the daemon in this terminal until it is ended: for `start` and `follow`. */

import { readEnvironment } from '../config/environment.ts'
import { createDaemon, type Daemon, type DaemonMessage, type DaemonOptions } from '../daemon.ts'
import { refuseSecond } from '../daemon/open-store.ts'
import { FicDevError } from '../errors.ts'
import { isEmulator } from '../fic-api/error.ts'
import { createLog } from '../log.ts'
import { version } from '../installation.ts'
import { connectToStarter, type BackgroundOptions } from './background.ts'
import { openInBrowser } from './browser.ts'
import type { Invocation } from './command.ts'
import { listenToKeys } from './terminal/daemon-keys.ts'
import { failureText, toFailure } from './failure.ts'
import { boundLogFile, logFileOf } from './log-file.ts'
import { localTime } from './terminal/lines.ts'
import { supportsLinks } from './terminal/links.ts'
import { createLogLines } from './terminal/log-lines.ts'
import { noteLine } from './output.ts'
import { createReport } from './terminal/report.ts'
import { awaitEnding, type Ending } from './signals.ts'
import { showStatusLine } from './terminal/status-line.ts'
import { leftText } from './terminal/subscriptions-text.ts'
import { visible } from './terminal/visible.ts'

/** Gives the exit code. */
export async function runDaemon(
  invocation: Invocation<BackgroundOptions>,
  parts: Pick<DaemonOptions, 'following'> = {},
): Promise<number> {
  const ending = awaitEnding(() => leaveAtOnce())
  const starter = invocation.options.inBackground ? connectToStarter(() => ending.ask(0)) : null
  const { config, secrets, file, sources, notes, output, configInput, leave } = invocation
  const logFile = logFileOf(config.dataDir)
  let daemon: Daemon | null = null
  const leaveAtOnce = () => {
    if (daemon) tellEnd(daemon, invocation)
    leave(130)
  }
  if (starter) {
    boundLogFile(logFile)
    if (!output.json) output.say(`fic-dev ${version} in the background, process ${process.pid}, ${now()}`)
  } else {
    // The reader has gone: `fic-dev --json | head -1`.
    output.onClosed(() => ending.ask(0))
    // Before the notes, which are about a daemon that would not start. The starter has looked for one already.
    await refuseSecond(config.dataDir)
  }
  tellNotes(invocation, parts.following !== undefined)

  const links = supportsLinks(readEnvironment(process.cwd()), process.stderr.isTTY)
  const report = createReport(config, output, links)
  const statusLine = showStatusLine(output)
  const keys = isInteractive(config.json) ? listenToKeys({ output, ending, statusLine }) : null
  const stopping = new AbortController()
  void ending.wanted.then(() => stopping.abort())
  try {
    const building = createDaemon(config, {
      secrets,
      settings: { file, sources, notes },
      configFile: { input: configInput, first: invocation },
      log: createLog(config.logLevel, createLogLines(output)),
      stop: () => ending.ask(0),
      onMessage(message) {
        statusLine.hear(message)
        report(message)
        if (config.exitOnTunnelFailure) endOnTunnelFailure(message, report, ending)
      },
      signal: stopping.signal,
      ...(keys && { confirm: keys.confirm }),
      ...(starter && { logFile }),
      ...parts,
    })
    const starting = building.then(async (built) => {
      daemon = built
      statusLine.watch(built)
      await built.start()
      return built
    })
    // Ended before it was up: why it then failed to start is of no interest.
    starting.catch(() => {})
    const started = await Promise.race([starting, ending.wanted])
    const isUp = typeof started !== 'number'
    if (isUp) {
      keys?.ready(started)
      await starter?.report({ type: 'ready', addresses: started.addresses() })
      if (config.open && !starter) await openInBrowser(started.addresses().openUrl)
    }
    const exitCode = await ending.wanted
    // From here on Ctrl-C is a signal.
    keys?.release()
    const waiting = isUp ? countWaiting(started) : null
    statusLine.closing()
    output.say(output.colors.dim(starter ? 'Closing.' : 'Closing. Press Ctrl-C to quit immediately.'))
    const built = await building.catch(() => null)
    await built?.close()
    statusLine.remove()
    if (built) tellEnd(built, invocation)
    if (waiting !== null) output.say(output.colors.dim(stoppedText(waiting())))
    return exitCode
  } catch (error) {
    await starter?.report({ type: 'failed', error: toFailure(error).error })
    throw error
  } finally {
    keys?.release()
    statusLine.remove()
  }
}

function now(): string {
  return localTime(new Date().toISOString())
}

/** Says what was done about subscriptions, and what is left undone. */
function tellEnd(daemon: Pick<Daemon, 'left' | 'owed'>, { config, output }: Invocation<object>): void {
  for (const left of daemon.left()) {
    const text = leftText(left)
    if (output.json) output.object({ type: 'note', text })
    else if (config.output !== 'quiet') output.say(text)
  }
  for (const thrown of daemon.owed()) {
    const { error } = toFailure(thrown)
    if (output.json) output.object({ type: 'error', error })
    output.say(failureText(error, output.colors.red))
  }
}

/** Without the flag, the tunnel is opened again for as long as it takes. */
function endOnTunnelFailure(
  message: DaemonMessage,
  report: (message: DaemonMessage) => void,
  ending: Ending,
): void {
  if (message.type !== 'tunnel' || message.tunnel.state !== 'down') return
  const { provider, detail } = message.tunnel
  const { exitCode, error } = toFailure(
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
    output.say(
      dim(
        'Nothing is forwarded. Name your app with -f, or now: fic-dev forward http://localhost:3000/webhooks',
      ),
    )
  const missing = [
    ...(secrets.accessToken === null ? ['FIC_ACCESS_TOKEN in the environment'] : []),
    ...(config.company === null ? ['--company (or FIC_COMPANY_ID)'] : []),
  ]
  // An emulator needs neither.
  const isOffline = config.emulator || isEmulator(config.apiBase)
  if (!isOffline && !isFollower && missing.length > 0) {
    output.say(`To let fic-dev make and keep the subscription, set ${missing.join(' and ')}.`)
  }
}

function isInteractive(json: boolean): boolean {
  return !json && process.stdin.isTTY && process.stdout.isTTY
}
