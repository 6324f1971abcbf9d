/** Collects and writes the report of `fic-dev doctor --report`. */

import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join, resolve } from 'node:path'
import type { NotificationPage } from '../contract/api.ts'
import type { DoctorFinding } from '../contract/doctor.ts'
import type { Notification } from '../contract/notification.ts'
import type { Status } from '../contract/status.ts'
import type { Config } from '../config/config.ts'
import { settingKeys, type SettingKey } from '../config/settings.ts'
import { readDaemonFile } from '../daemon/daemon-file.ts'
import { reportContents, reportOmissions, toReport } from '../doctor/report.ts'
import { isLoopback } from '../http/loopback.ts'
import { version } from '../installation.ts'
import { connect } from './client.ts'
import type { Invocation } from './command.ts'
import { logFileOf } from './log-file.ts'
import { toFileFailure } from './out-file.ts'

/** Where the report is written if no file is named. */
export const standardName = 'fic-dev-report.json'
const looked = 1_000
const loggedLines = 200

/**
 * Only its owner can read it, until it is checked and sent. Returns the name of the file.
 * @param running the settings, of which some may be those of the running fic-dev
 */
export async function writeReport(
  invocation: Invocation<{ out?: string }>,
  findings: readonly DoctorFinding[],
  status: Status | null,
  running: Config,
): Promise<string> {
  const { sources, options, output } = invocation
  const name = options.out ?? standardName
  const notifications = await readNotifications(invocation)
  const sourceOf = (key: SettingKey) =>
    running[key] === invocation.config[key] ? sources[key] : 'the running fic-dev'
  const report = toReport({
    at: new Date(),
    machine: describeMachine(),
    settings: settingKeys.map((key) => ({ name: key, value: running[key], source: sourceOf(key) })),
    findings,
    status,
    notifications,
    log: readLog(running.dataDir),
    secrets: secretsOf({ config: running, secrets: invocation.secrets }, status, notifications),
    folders: [process.cwd(), running.dataDir, resolve(running.dataDir, '..'), os.homedir()],
  })
  await writeFile(name, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 }).catch((error: unknown) => {
    throw toFileFailure(name, '--out', error)
  })
  output.say(
    `Wrote ${name}. It contains ${reportContents}. Left out or replaced: ${reportOmissions}. Read it before you send it.`,
  )
  return name
}

function describeMachine() {
  return {
    ficDev: version,
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    os: os.release(),
    cpus: os.cpus().length,
    memoryMiB: Math.round(os.totalmem() / 1024 / 1024),
    isTerminal: process.stdout.isTTY,
  }
}

/** A store that cannot be read is one of the findings. */
async function readNotifications({
  config,
  output,
}: Pick<Invocation, 'config' | 'output'>): Promise<Notification[]> {
  try {
    const client = await connect({ config, output })
    const page = await client.request<NotificationPage>('GET', `/api/notifications?limit=${looked}&view=row`)
    return page.items
  } catch {
    return []
  }
}

/** Of fic-dev in the background. */
function readLog(dataDir: string): string[] | null {
  const file = logFileOf(dataDir)
  if (!existsSync(file)) return null
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.filter((line) => line.trim() !== '').slice(-loggedLines)
  } catch {
    return null
  }
}

/** What a finding, a detail or a line of the log could repeat. */
function secretsOf(
  { config, secrets }: Pick<Invocation, 'config' | 'secrets'>,
  status: Status | null,
  notifications: readonly Notification[],
): (string | null | undefined)[] {
  const { tunnel = null, subscription = null, share = null } = status ?? {}
  const urls = [
    config.publicUrl,
    config.tunnelHost,
    config.share,
    status?.sinkUrl,
    tunnel?.publicUrl,
    subscription?.sink,
    ...(tunnel?.history ?? []).map(({ publicUrl }) => publicUrl),
    ...(subscription?.taken ?? []).map(({ sink }) => sink),
    ...config.forwardTo.map(({ url }) => url),
  ]
  return [
    secrets.accessToken,
    ...Object.values(secrets.share ?? {}),
    readDaemonFile(config.dataDir)?.token,
    ...projectSecrets(config.dataDir),
    ...Object.values(config.headers),
    ...config.forwardTo.flatMap(({ headers }) => Object.values(headers)),
    config.company === null ? null : String(config.company),
    config.subdomain,
    config.subscription,
    config.takeOver,
    subscription?.id,
    ...(subscription?.taken ?? []).map(({ subscriptionId }) => subscriptionId),
    ...(share?.followers ?? []).map(({ name }) => name),
    share?.name,
    os.hostname(),
    userName(),
    ...urls.flatMap(hostsOf),
    ...notifications
      .slice(0, loggedLines)
      .flatMap(({ cloudEvent, ids }) => [cloudEvent?.id, ...ids.filter((id) => typeof id === 'string')]),
  ]
}

/** A part of the path may be a secret. */
function hostsOf(url: string | null | undefined): string[] {
  if (url == null || !URL.canParse(url)) return []
  const { hostname, pathname } = new URL(url)
  const host = isLoopback(hostname) ? [] : [hostname]
  return [...host, ...pathname.split('/').filter((part) => part.length > 7)]
}

/** All texts of `secrets.json`, whatever it is made of. */
function projectSecrets(dataDir: string): string[] {
  const file = join(dataDir, 'secrets.json')
  try {
    return textsOf(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

function userName(): string | null {
  try {
    return os.userInfo().username
  } catch {
    return null
  }
}
