/** `fic-dev stop`: ends the running daemon of this project in order, through its own API, and waits for its end. */

import { setTimeout as pause } from 'node:timers/promises'
import type { DaemonFile, StopAnswer } from '../../contract/api.ts'
import { isAlive, readDaemonFile } from '../../daemon/daemon-file.ts'
import { FicDevError } from '../../errors.ts'
import { connectToDaemon, type Client } from '../client.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { failureText } from '../failure.ts'
import { leftText } from '../terminal/subscriptions-text.ts'
import { visible } from '../terminal/visible.ts'
import { whileWaiting } from '../terminal/waiting.ts'

export const stopCommand = defineCommand({
  name: 'stop',
  group: 'Run',
  summary: 'end the running fic-dev of this project',
  details: `
The command waits until fic-dev has stopped: deliveries in progress are finished, and a subscription that was taken over is
restored. The exit code is 0 if fic-dev has stopped or was not running, 5 if a subscription could not be deleted or
restored, and 1 if fic-dev hangs. A process that cannot be verified as this fic-dev is never stopped.`,
  examples: [['fic-dev stop', 'whether it runs in a terminal or in the background']],
  run,
})

/** It ends within a few seconds, whatever hangs around it. */
const endsWithinMs = 15_000
const lookEveryMs = 50

async function run({ config, output }: Invocation): Promise<number> {
  const client = await connectToDaemon(config).catch((thrown: unknown) => explainHang(thrown, config.dataDir))
  if (client === null || client.daemon === null) {
    if (output.json) output.object({ stopped: false, project: config.dataDir })
    else output.say(`fic-dev is not running for ${visible(config.dataDir)}.`)
    return 0
  }
  const { daemon } = client
  const answer = await whileWaiting(
    output,
    () => 'waiting for the end of fic-dev',
    () => stopDaemon(client, daemon),
  )
  const { subscriptions = [], owed = [] } = answer ?? {}
  if (output.json) output.object({ stopped: true, pid: daemon.pid, subscriptions, owed })
  else {
    for (const left of subscriptions) output.say(leftText(left))
    output.say(`fic-dev has ended (process ${daemon.pid}).`)
  }
  for (const error of owed) output.say(failureText(error, output.colors.red))
  return owed.length === 0 ? 0 : 5
}

/** Returns `null` if it ended without an answer, as when Ctrl-C came first. */
export async function stopDaemon(
  client: Pick<Client, 'request'>,
  daemon: Pick<DaemonFile, 'pid'>,
  limitMs = endsWithinMs,
): Promise<StopAnswer | null> {
  const answer = client.request<StopAnswer>('POST', '/api/stop', { pid: daemon.pid }).catch(() => null)
  const late = performance.now() + limitMs
  while (isAlive(daemon.pid)) {
    if (performance.now() > late) {
      throw stillRuns(`fic-dev (process ${daemon.pid}) was asked to end, and still runs.`, daemon.pid)
    }
    await pause(lookEveryMs)
  }
  return answer
}

function explainHang(thrown: unknown, dataDir: string): never {
  const daemon = readDaemonFile(dataDir)
  throw thrown instanceof FicDevError && daemon !== null ? stillRuns(thrown.message, daemon.pid) : thrown
}

function stillRuns(message: string, pid: number): FicDevError {
  const command = process.platform === 'win32' ? `taskkill /F /PID ${pid}` : `kill -9 ${pid}`
  return new FicDevError('DAEMON_UNREACHABLE', message, {
    hint: `Check that process ${pid} is fic-dev, then end it: ${command}`,
  })
}
