/** `fic-dev doctor`: looks at everything that fic-dev stands on, and says what to do. */

import type { CheckResult } from '../check/case.ts'
import { checkCases } from '../check/cases.ts'
import { runCases } from '../check/run.ts'
import type { Status } from '../contract/status.ts'
import { createSender } from '../delivery/send.ts'
import { lookAtAccount } from '../doctor/account.ts'
import { lookAtClock } from '../doctor/clock.ts'
import { skipped, wrong, type Finding } from '../doctor/finding.ts'
import { judgeNode, lookAtDataDir, lookAtDisk } from '../doctor/machine.ts'
import { judgeRunning } from '../doctor/running.ts'
import { judgeForwarding, judgeKey, judgeSettings } from '../doctor/settings.ts'
import { judgeTarget } from '../doctor/target.ts'
import { FicDevError, messageOf } from '../errors.ts'
import { createFicApi } from '../fic/api.ts'
import { isEmulator } from '../fic/api-error.ts'
import { silentLog } from '../log.ts'
import { findCheckTargets } from './check-target.ts'
import { createWorld } from './check-world.ts'
import { connectToDaemon } from './client.ts'
import type { Invocation } from './command.ts'
import type { Colors } from './output.ts'
import { visible } from './visible.ts'
import { whileWaiting } from './waiting.ts'

/** Exit code 1 when something does not work. */
export async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation
  let failures = 0
  await whileWaiting(
    output,
    () => 'looking',
    async () => {
      for await (const finding of examine(invocation)) {
        if (finding.outcome === 'failure') failures += 1
        if (output.json) output.object({ type: 'finding', ...finding })
        else output.line(findingText(finding, output.colors))
      }
    },
  )
  return failures === 0 ? 0 : 1
}

/** From what everything stands on to what it is all for. */
async function* examine(invocation: Invocation): AsyncGenerator<Finding> {
  const { config, file, sources, notes } = invocation
  yield judgeNode(process.versions.node)
  yield* judgeSettings({ file, sources, notes })
  yield await lookAtDataDir(config.dataDir)
  yield await lookAtDisk(config.dataDir)
  const { status, findings } = await askDaemon(config)
  // The flags of the daemon need not be given again.
  const emulator = config.emulator || (status !== null && status.emulatorUrl !== null)
  yield judgeKey({ emulator, apiBase: config.apiBase, named: config.publicKey !== null })
  if (emulator) yield skipped('token', 'With the emulator no account is needed.')
  else yield* examineAccess(invocation, status)
  yield* findings
  yield judgeForwarding(config.forwardTo.map(({ url }) => url))
  if (config.forwardTo.length > 0) yield* tryTargets(invocation)
}

async function askDaemon(
  config: Invocation['config'],
): Promise<{ status: Status | null; findings: Finding[] }> {
  try {
    const client = await connectToDaemon(config)
    const status = client && (await client.request<Status>('GET', '/api/status'))
    return { status, findings: judgeRunning(status) }
  } catch (thrown) {
    const todo = (thrown instanceof FicDevError ? thrown.hint : undefined) ?? 'Start it again.'
    return {
      status: null,
      findings: [wrong('daemon', messageOf(thrown), 'Notifications are not taken.', todo)],
    }
  }
}

async function* examineAccess(
  { config, secrets }: Invocation,
  status: Status | null,
): AsyncGenerator<Finding> {
  const { apiBase, company, types } = config
  const token = secrets.accessToken
  if (!isEmulator(apiBase)) yield await lookAtClock(apiBase)
  const api =
    token === null ? null : createFicApi({ apiBase, token, company: company ?? 0, log: silentLog() })
  const held = status?.subscription?.state === 'verified' ? status.subscription.types : null
  yield* await lookAtAccount({ api, company, types, held })
}

const triedCases = new Set(['challenge-header', 'binary'])

async function* tryTargets({ config }: Invocation): AsyncGenerator<Finding> {
  const sender = createSender(1)
  try {
    for (const target of findCheckTargets(undefined, config)) {
      const world = await createWorld(target, config)
      const cases = checkCases.filter(({ name }) => triedCases.has(name))
      const tried: CheckResult[] = []
      const options = { world, exchange: sender.send, timeoutMs: 5_000, waitMs: 1_000 }
      for await (const result of runCases(cases, options)) tried.push(result)
      yield* judgeTarget(target.url.href, tried)
    }
  } finally {
    sender.close()
  }
}

const words: Record<Finding['outcome'], string> = {
  ok: 'ok',
  warning: 'warning',
  failure: 'failure',
  skipped: '-',
}

function findingText({ name, outcome, what, why, todo }: Finding, colors: Colors): string {
  const paint =
    outcome === 'ok'
      ? colors.green
      : outcome === 'failure'
        ? colors.red
        : outcome === 'warning'
          ? colors.yellow
          : colors.dim
  const more = [why, todo].filter((line) => line !== null)
  return [
    `${paint(words[outcome].padEnd(8))} ${name.padEnd(13)} ${visible(what)}`,
    ...more.map((line) => `${' '.repeat(23)}${colors.dim(visible(line))}`),
  ].join('\n')
}
