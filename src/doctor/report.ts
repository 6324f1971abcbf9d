/** A report for a bug report: what fic-dev knows about a problem, without what names a project or opens anything. Pure. */

import type { DoctorFinding } from '../contract/doctor.ts'
import type { Notification } from '../contract/notification.ts'
import type { Status, SubscriptionStatus, TargetStatus, TunnelStatus } from '../contract/status.ts'
import { Replacements } from '../redact/replacements.ts'
import { redactSentence, redactUrl } from '../redact/text.ts'

export interface ReportFacts {
  at: Date
  /** Versions and names of platforms. */
  machine: Readonly<Record<string, string | number | boolean>>
  settings: readonly { name: string; value: unknown; source: string }[]
  findings: readonly DoctorFinding[]
  /** `null`: no daemon runs. */
  status: Status | null
  /** The newest, each with its last delivery. */
  notifications: readonly Notification[]
  /** The last lines of the log file, oldest first; `null` if there is none. */
  log: readonly string[] | null
  /** Values that must not be in it, wherever they are: tokens, keys, ids, names of hosts and users. */
  secrets: readonly (string | null | undefined)[]
  /** Folders whose names may tell a person or a project. */
  folders: readonly string[]
}

export const reportContents =
  'versions and operating system, settings with their origin, findings, status of the daemon, history of the tunnel, counts of verdicts and causes, last lines of the log'

export const reportOmissions =
  'tokens, keys, the secret path, ids, company data, bodies, header values, hosts, paths of URLs and files'

export function toReport(facts: ReportFacts) {
  const replacements = new Replacements()
  replacements.learn(facts.secrets)
  const say = (text: string) => redactLine(text, facts.folders, replacements)
  return {
    about: `Report of fic-dev. It contains ${reportContents}. Left out or replaced: ${reportOmissions}.`,
    at: facts.at.toISOString(),
    machine: facts.machine,
    settings: facts.settings.map(({ name, value, source }) => ({
      name,
      value: showSetting(name, value, replacements),
      source: showSource(source),
    })),
    findings: facts.findings.map((finding) => showFinding(finding, say)),
    status: facts.status === null ? null : showStatus(facts.status, say, replacements),
    notifications: countOutcomes(facts.notifications),
    log: facts.log?.map((line) => showLogLine(line, say)) ?? null,
  }
}

/** Settings whose value is one of a few words, a number or a switch. */
const shownWhole = new Set([
  'emulator',
  'tunnel',
  'mapping',
  'verificationMethod',
  'respond',
  'allowDestructiveAnswers',
  'forwardUnverified',
  'dropDuplicates',
  'concurrency',
  'timeout',
  'insecure',
  'port',
  'sinkPort',
  'emulatorPort',
  'keep',
  'keepDays',
  'keepResources',
  'onExit',
  'recreate',
  'json',
  'output',
  'logLevel',
  'open',
  'color',
  'yes',
  'exitOnTunnelFailure',
])

function showSetting(name: string, value: unknown, replacements: Replacements): unknown {
  if (value === null || shownWhole.has(name)) return value
  if (name === 'forwardTo' && Array.isArray(value)) {
    return value.map(({ types, url, headers }) => ({
      types: (types as string[]).length,
      url: showUrl(url, replacements),
      headers: Object.keys(headers).length,
    }))
  }
  if (name === 'apiBase' || name === 'publicUrl' || name === 'share') {
    return showUrl(String(value), replacements)
  }
  if (Array.isArray(value)) return { entries: value.length }
  if (typeof value === 'object') return { entries: Object.keys(value).length }
  return 'set, not shown'
}

/** A path of a target may be its secret, so only where it leads is shown. */
function showUrl(url: string, replacements: Replacements): string {
  if (!URL.canParse(url)) return 'set, not shown'
  const { protocol, host, pathname, search } = new URL(redactUrl(url, replacements))
  return `${protocol}//${host}${pathname === '/' && search === '' ? '' : '/…'}`
}

function showSource(source: string): string {
  if (source.startsWith('file ')) return 'file'
  if (source.startsWith('found in')) return 'found in a folder above'
  const variable = /^environment [A-Z_]+/.exec(source)?.[0]
  return variable ?? source
}

type Say = (text: string) => string

/** The names of companies are ordinary words. */
const ofTheAccount = new Set(['company'])

function showFinding({ name, outcome, what, why, todo }: DoctorFinding, say: Say) {
  if (ofTheAccount.has(name)) return { name, outcome, what: 'not shown', why: null, todo: null }
  // A list of settings, which are above.
  if (name === 'config' && outcome === 'ok')
    return { name, outcome, what: 'see settings', why: null, todo: null }
  const sayIfAny = (text: string | null) => (text === null ? null : say(text))
  return { name, outcome, what: say(what), why: sayIfAny(why), todo: sayIfAny(todo) }
}

function showStatus(status: Status, say: Say, replacements: Replacements) {
  const { tunnel, subscription, share, sink, store, clock, counts } = status
  const sayIfAny = (text: string | null) => (text === null ? null : say(text))
  const url = (text: string | null) => (text === null ? null : showUrl(text, replacements))
  return {
    version: status.version,
    node: status.node,
    startedAt: status.startedAt,
    hasEmulator: status.emulatorUrl !== null,
    sink: sink && { url: url(status.sinkUrl), ...sink },
    tunnel: tunnel && showTunnel(tunnel, sayIfAny, url),
    subscription: subscription && showSubscription(subscription, sayIfAny),
    targets: status.targets.map((target) => showTarget(target, sayIfAny, url)),
    share: share && {
      role: share.role,
      state: share.state,
      since: share.since,
      detail: sayIfAny(share.detail),
      lag: share.lag,
      followers: share.followers.length,
    },
    store: { state: store.state, since: store.since, detail: sayIfAny(store.detail) },
    clock,
    counts,
  }
}

type SayIfAny = (text: string | null) => string | null

function showTunnel(
  { provider, state, publicUrl, detail, since, history }: TunnelStatus,
  say: SayIfAny,
  url: SayIfAny,
) {
  return {
    provider,
    state,
    publicUrl: url(publicUrl),
    detail: say(detail),
    since,
    history: history.map((change) => ({
      at: change.at,
      state: change.state,
      publicUrl: url(change.publicUrl),
      detail: say(change.detail),
    })),
  }
}

function showSubscription(subscription: SubscriptionStatus, say: SayIfAny) {
  const { state, types, taken, warnings, budget, detail, hint } = subscription
  return {
    state,
    types: types.length,
    taken: taken.length,
    warnings: warnings.length,
    budget,
    detail: say(detail),
    hint: say(hint),
  }
}

function showTarget(target: TargetStatus, say: SayIfAny, url: SayIfAny) {
  const { health, since, detail, cause, lastVerdict, lastStatus, waiting, paused } = target
  return {
    url: url(target.url),
    health,
    since,
    detail: say(detail),
    cause: cause?.code ?? null,
    lastVerdict,
    lastStatus,
    waiting,
    paused,
  }
}

function countOutcomes(notifications: readonly Notification[]) {
  const last = notifications.map(({ deliveries }) => deliveries.at(-1))
  return {
    looked: notifications.length,
    kinds: count(notifications.map(({ kind }) => kind)),
    signatures: count(notifications.map(({ signature }) => signature.outcome)),
    verdicts: count(last.map((delivery) => delivery?.verdict ?? 'not forwarded')),
    statuses: count(last.flatMap((delivery) => (delivery?.status ? [String(delivery.status)] : []))),
    causes: count(last.flatMap((delivery) => (delivery?.cause ? [delivery.cause.code] : []))),
  }
}

function count(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

const colorCode = new RegExp(String.raw`\u001B\[[\d;]*m`, 'g')

/** Lines of notifications and deliveries are cut to type and status; of what a part logs, the facts are replaced. */
function showLogLine(line: string, say: Say): string {
  const text = line.replaceAll(colorCode, '').trimEnd()
  if (text.startsWith('{')) return showJsonLine(text, say)
  const [, time = '', arrow, first = '', rest = ''] =
    /^(\d\d:\d\d:\d\d +)?(-->|<--) (\S+) ?(.*)$/.exec(text) ?? []
  if (arrow === undefined) return say(withoutFacts(text))
  const shown = /^[a-z_]+(?:\.[a-z_]+)+$|^\[\w+\]$|^(?:verification|unknown)$/.test(first) ? first : '…'
  const word = /\b(?:signed|unsigned|invalid|twin|delivered|retried|dropped|replay)\b/.exec(rest)?.[0]
  return [`${time}${arrow} ${shown}`, ...(word === undefined ? [] : [word])].join('  ')
}

/** `name=value` at the end of a line of the log. */
function withoutFacts(text: string): string {
  return text.replaceAll(
    / ([a-zA-Z]+)=("(?:[^"\\]|\\.)*"|[[{].*|\S+)/g,
    (_all, name: string, value: string) =>
      /^(?:\d{1,3}|true|false|null)$/.test(value) ? ` ${name}=${value}` : ` ${name}=…`,
  )
}

/** What a line of `--json` is about, without what it carries. */
function showJsonLine(text: string, say: Say): string {
  try {
    const { type, level, time, part, msg, error } = JSON.parse(text) as Record<string, unknown>
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
    const shown = Object.entries({ type, level, time, part, msg, code }).filter(
      ([, value]) => typeof value === 'string',
    )
    return JSON.stringify(Object.fromEntries(shown.map(([name, value]) => [name, say(String(value))])))
  } catch {
    return '…'
  }
}

/** A sentence in which files and folders are replaced too. */
function redactLine(text: string, folders: readonly string[], replacements: Replacements): string {
  let line = text
  for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
    if (folder.length > 1) line = line.replaceAll(folder, '/…')
  }
  return redactSentence(line.replaceAll(filePath, showPath), replacements)
}

const filePath = /(?<![\w:/.])(?:~|\.{1,2})?\/[^\s"'`<>|:;,()]+|\b[A-Z]:\\[^\s"'`<>|;,()]+/g

/** Names of our own files say what is meant. */
function showPath(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? ''
  return /^(?:fic-dev\.config\.[cm]?[jt]s(?:on)?|\.env|fic-dev\.log|daemon\.json)\.?$/.test(name)
    ? `<path>/${name}`
    : '<path>'
}
