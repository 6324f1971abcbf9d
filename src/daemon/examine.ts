/** Looks at everything that fic-dev stands on, for `fic-dev doctor` and for the inspector: one finding after the other. */

import type { CheckResult } from '../check/case.ts'
import { checkCases } from '../check/cases.ts'
import { runCases } from '../check/run.ts'
import { findCheckTargets, type CheckTarget } from '../check/target.ts'
import { createWorld } from '../check/world.ts'
import type { Config } from '../config/config.ts'
import type { DoctorMessage, DoctorFinding } from '../contract/doctor.ts'
import type { Status } from '../contract/status.ts'
import { toDeliveryHeaders } from '../delivery/request.ts'
import { createSender } from '../delivery/send.ts'
import { lookAtAccount } from '../doctor/account.ts'
import { lookAtClock } from '../doctor/clock.ts'
import { fine, skipped, wrong } from '../doctor/finding.ts'
import { lookAtDataDir, lookAtDisk } from '../doctor/machine.ts'
import { judgeRunning } from '../doctor/running.ts'
import { judgeForwarding, judgeKey, judgeSettings, type SettingsFacts } from '../doctor/settings.ts'
import { judgeTarget } from '../doctor/target.ts'
import { FicDevError, messageOf } from '../errors.ts'
import { createFicApi } from '../fic-api/client.ts'
import { isEmulator } from '../fic-api/error.ts'
import { silentLog } from '../log.ts'

export interface Examined {
  config: Config
  accessToken: string | null
  /** `null` where the program was not configured by a file, the environment and flags. */
  settings: SettingsFacts | null
  /** Of the daemon of this project; `null` when none runs. What it throws becomes a finding. */
  status(): Promise<Status | null>
}

interface Step {
  at: string
  look(): AsyncGenerator<DoctorFinding>
}

/**
 * From what everything stands on to what it is all for. Of Fatture in Cloud it only reads; each target gets a challenge
 * and one notification that is signed with the dev key.
 */
export async function* examine(examined: Examined): AsyncGenerator<DoctorMessage> {
  const { config } = examined
  const targets = config.forwardTo.length === 0 ? [] : findCheckTargets(undefined, config)
  const daemon = await askDaemon(examined)
  const steps: Step[] = [
    { at: 'this machine and the settings', look: () => examineMachine(examined) },
    { at: 'key, clock and account', look: () => examineAccess(examined, daemon.status) },
    { at: 'tunnel, subscription and deliveries', look: () => examineRunning(config, daemon.findings) },
    ...targets.map((target) => ({ at: target.url.href, look: () => tryTarget(target, config) })),
  ]
  for (const [index, { at, look }] of steps.entries()) {
    yield { type: 'looking', at, step: index + 1, steps: steps.length }
    for await (const finding of look()) yield { type: 'finding', ...finding }
  }
  yield { type: 'done' }
}

async function* examineMachine({ config, settings }: Examined): AsyncGenerator<DoctorFinding> {
  // An older version than fic-dev needs does not come this far.
  yield fine('node', `Node ${process.versions.node}.`)
  if (settings !== null) yield* judgeSettings(settings)
  yield await lookAtDataDir(config.dataDir)
  yield await lookAtDisk(config.dataDir)
}

async function askDaemon({
  status,
}: Examined): Promise<{ status: Status | null; findings: DoctorFinding[] }> {
  try {
    const told = await status()
    return { status: told, findings: judgeRunning(told) }
  } catch (thrown) {
    const todo = (thrown instanceof FicDevError ? thrown.hint : undefined) ?? 'Start it again.'
    return {
      status: null,
      findings: [wrong('daemon', messageOf(thrown), 'Notifications are not taken.', todo)],
    }
  }
}

async function* examineAccess(
  { config, accessToken }: Examined,
  status: Status | null,
): AsyncGenerator<DoctorFinding> {
  const { apiBase, company, types } = config
  // The flags of the daemon need not be given again.
  const emulator = config.emulator || (status !== null && status.emulatorUrl !== null)
  yield judgeKey({ emulator, apiBase, named: config.publicKey !== null })
  if (emulator) return yield skipped('token', 'With the emulator no account is needed.')
  if (status?.share?.role === 'follower') {
    return yield skipped('token', 'A follower takes what the hub shares; no account is needed.')
  }
  if (!isEmulator(apiBase)) yield await lookAtClock(apiBase)
  const api =
    accessToken === null
      ? null
      : createFicApi({ apiBase, token: accessToken, company: company ?? 0, log: silentLog() })
  const held = status?.subscription?.state === 'verified' ? status.subscription.types : null
  yield* await lookAtAccount({ api, company, types, held })
}

async function* examineRunning(
  { forwardTo }: Config,
  findings: DoctorFinding[],
): AsyncGenerator<DoctorFinding> {
  yield* findings
  yield judgeForwarding(forwardTo.map(({ url }) => url))
}

const triedCases = new Set(['challenge-header', 'binary'])

async function* tryTarget(target: CheckTarget, config: Config): AsyncGenerator<DoctorFinding> {
  const sender = createSender({ maxSockets: 1, insecure: config.insecure })
  try {
    const world = await createWorld(target, { ...config, toDeliveryHeaders, creates: false })
    const cases = checkCases.filter(({ name }) => triedCases.has(name))
    const tried: CheckResult[] = []
    const options = { world, exchange: sender.send, timeoutMs: 5_000, waitMs: 1_000 }
    for await (const result of runCases(cases, options)) tried.push(result)
    yield* judgeTarget(target.url.href, tried)
  } finally {
    sender.close()
  }
}
