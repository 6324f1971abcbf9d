/** Decides what `fic-dev init` writes: from flags and current values alone, or by asking. */

import { explainUnknownTypes, isFicReachable } from '../config/agreement.ts'
import type { Config } from '../config/config.ts'
import type { ForwardRule } from '../contract/api.ts'
import { toTargetText } from '../config/forward-to.ts'
import type { ReadConfig } from '../config/read-config.ts'
import { settingKeys, settings, type Setting, type SettingKey } from '../config/settings.ts'
import { FicDevError, hasCode, messageOf } from '../errors.ts'
import { toShortName } from '../fic/event-types.ts'
import type { InstalledTunnel } from '../tunnel/installed.ts'
import { readSshHost } from '../tunnel/providers/ssh-host.ts'
import type { Choice, Prompts } from './terminal/prompts.ts'

export interface Plan {
  /** What the config file says; what is left out has its default. */
  values: Partial<Config>
  /** For the API; `null` if there is none yet, or with the emulator. */
  token: string | null
  /** Whether the token goes to `.env`. */
  savesToken: boolean
}

export interface PlanParts {
  read: Pick<ReadConfig, 'config' | 'sources'>
  /** Of the environment or `.env`. */
  knownToken: string | null
  companies: Companies
  tunnels: () => InstalledTunnel[]
}

interface Company {
  id: number
  name: string
}

/** The companies that a token can see. */
export type Companies = (token: string) => Promise<Company[]>

const usualTarget = 'http://localhost:3000/webhooks'

/**
 * Without an account there is the emulator; with one, the company has to be clear.
 * @throws FicDevError USAGE if the token sees several companies and none is named, or an event type is unknown
 */
export async function planFromFlags({ read, knownToken, companies }: PlanParts): Promise<Plan> {
  refuseUnknownTypes(read)
  const values = presentValues(read)
  const plan = (more: Partial<Config>): Plan => ({
    values: { ...values, ...more },
    token: knownToken,
    savesToken: false,
  })
  if (values.emulator || values.company !== undefined || isFlag(read, 'emulator')) return plan({})
  if (knownToken === null) return plan({ emulator: true })
  const found = await companies(knownToken)
  const [only] = found
  if (only && found.length === 1) return plan({ company: only.id })
  throw new FicDevError(
    'USAGE',
    `The token has access to ${found.length} companies, and --company is not set.`,
    {
      hint: `Add --company: ${listOf(found)}.`,
    },
  )
}

/** Asks what no flag answers. The current values are the answers if only Enter is pressed. */
export async function askForPlan(prompts: Prompts, parts: PlanParts): Promise<Plan> {
  const { read } = parts
  refuseUnknownTypes(read)
  const present = presentValues(read)
  const account = await askForAccount(prompts, parts)
  const { isEmulator } = account
  const values = { ...withoutOtherSide(present, read, isEmulator), ...account.values }
  if (!isFlag(read, 'forwardTo')) values.forwardTo = await askForTargets(prompts, present.forwardTo ?? [])
  if (!isFlag(read, 'types')) values.types = await askForTypes(prompts, present.types ?? [])
  if (values.types?.length === 0) delete values.types
  const isTunnelKnown = isEmulator || isFlag(read, 'tunnel') || isFlag(read, 'publicUrl')
  const tunnel = isTunnelKnown ? {} : await askForTunnel(prompts, present, parts.tunnels())
  return { values: defined({ ...values, ...tunnel }), token: account.token, savesToken: account.savesToken }
}

/** How the command itself behaves: no matter of the project. */
const ofThisRun: ReadonlySet<SettingKey> = new Set(['logLevel', 'color'])

/** What `init` has always written, wherever it comes from. */
const alwaysWritten: ReadonlySet<SettingKey> = new Set([
  'company',
  'forwardTo',
  'types',
  'tunnel',
  'emulator',
])

/** What flags and the present file say, and for the most important settings the environment too. */
function presentValues({ config, sources }: PlanParts['read']): Partial<Config> {
  const isPresent = (key: SettingKey) => {
    const source = sources[key]
    if (settings[key].example.file === null || config[key] === null) return false
    // It follows from the public URL.
    if (key === 'tunnel' && config.tunnel.includes('public-url')) return false
    if (source.startsWith('file ')) return true
    return source === 'flag'
      ? !ofThisRun.has(key)
      : alwaysWritten.has(key) && source.startsWith('environment ')
  }
  return Object.fromEntries(settingKeys.filter(isPresent).map((key) => [key, config[key]]))
}

function isFlag({ sources }: PlanParts['read'], key: SettingKey): boolean {
  return sources[key] === 'flag'
}

function refuseUnknownTypes({ config, sources }: PlanParts['read']): void {
  const isGiven = (key: SettingKey) => sources[key] === 'flag'
  const wrong = [
    ...(isGiven('types') ? explainUnknownTypes(config.types) : []),
    ...(isGiven('forwardTo') ? explainUnknownTypes(config.forwardTo.flatMap(({ types }) => types)) : []),
  ]
  if (wrong.length === 0) return
  throw new FicDevError('USAGE', wrong.join('\n'), { hint: 'fic-dev types lists the event types.' })
}

interface Account {
  isEmulator: boolean
  values: Partial<Config>
  token: string | null
  savesToken: boolean
}

async function askForAccount(prompts: Prompts, parts: PlanParts): Promise<Account> {
  const { read, knownToken } = parts
  const { emulator } = read.config
  const isSaid = isFlag(read, 'emulator')
  const sandbox: Account = { isEmulator: true, values: { emulator: true }, token: null, savesToken: false }
  if (isSaid && emulator) return sandbox
  if (knownToken !== null) {
    const keeps =
      emulator &&
      (await prompts.confirm({
        message: 'There is an access token. Use the emulator anyway?',
        standard: true,
        answeredBy: 'Add --emulator or --no-emulator.',
      }))
    if (keeps) return sandbox
    const company = await askForCompany(
      prompts,
      parts,
      knownToken,
      await listCompanies(prompts, parts, knownToken),
    )
    return { isEmulator: false, values: { company }, token: knownToken, savesToken: false }
  }
  const typed = await askForToken(prompts, parts, isSaid)
  if (typed === null) {
    if (!isSaid) return sandbox
    const company = await askForCompany(prompts, parts, null, [])
    return { isEmulator: false, values: { company }, token: null, savesToken: false }
  }
  const savesToken = await prompts.confirm({
    message: 'Save the token in .env, which git will ignore?',
    standard: true,
    answeredBy: 'Set FIC_ACCESS_TOKEN in the environment.',
  })
  const company = await askForCompany(prompts, parts, typed.token, typed.companies)
  return { isEmulator: false, values: { company }, token: typed.token, savesToken }
}

/** If the emulator replaces an account, the tunnel in the file was for the account. */
function withoutOtherSide(
  present: Partial<Config>,
  read: PlanParts['read'],
  isEmulator: boolean,
): Partial<Config> {
  const changes = isEmulator && (isFlag(read, 'emulator') || !present.emulator)
  const ofAccount: readonly SettingKey[] = ['tunnel', 'tunnelHost', 'publicUrl']
  const isDropped = (key: string) =>
    key === 'emulator' || (changes && ofAccount.some((one) => one === key && !isFlag(read, one)))
  return Object.fromEntries(
    Object.entries(present).filter(([key]) => !isDropped(key) || (key === 'emulator' && isFlag(read, key))),
  )
}

/** `null`: none was typed. A token that Fatture in Cloud refuses is asked for again. */
async function askForToken(
  prompts: Prompts,
  parts: PlanParts,
  isAccount: boolean,
): Promise<{ token: string; companies: Company[] } | null> {
  for (;;) {
    const token = await prompts.ask({
      message: `Access token, from "API connected apps" (hidden; empty ${isAccount ? 'to set it later' : 'for the emulator'})`,
      secret: true,
      problem: (answer) =>
        /^[\x21-\x7e]*$/.test(answer) ? null : 'A token has no blanks and no signs beyond ASCII.',
      answeredBy: 'Set FIC_ACCESS_TOKEN in the environment, or add --emulator or --yes.',
    })
    if (token === '') return null
    try {
      return { token, companies: await prompts.during(parts.companies(token)) }
    } catch (error) {
      if (!(error instanceof FicDevError)) throw error
      prompts.warn(error.message)
      if (!hasCode(error, 'TOKEN_REJECTED')) return { token, companies: [] }
    }
  }
}

async function listCompanies(prompts: Prompts, { companies }: PlanParts, token: string): Promise<Company[]> {
  try {
    return await prompts.during(companies(token))
  } catch (error) {
    if (!(error instanceof FicDevError)) throw error
    prompts.warn(messageOf(error))
    return []
  }
}

async function askForCompany(
  prompts: Prompts,
  { read }: PlanParts,
  token: string | null,
  companies: readonly Company[],
): Promise<number> {
  const { company } = read.config
  const isSeen = companies.length === 0 || companies.some(({ id }) => id === company)
  if (company !== null && isFlag(read, 'company') && isSeen) return company
  if (company !== null && !isSeen) prompts.warn(`The token doesn't see company ${company}.`)
  const answeredBy = 'Add --company <id>.'
  if (companies.length === 0) {
    const answer = await prompts.ask({
      message: token === null ? 'Company, by its id' : 'Company, by the id that Fatture in Cloud shows',
      ...(company !== null && { standard: String(company) }),
      problem: (text) => problemOf(settings.company, text),
      answeredBy,
    })
    return Number(answer)
  }
  // The present one first.
  const sorted = companies.toSorted((a, b) => Number(b.id === company) - Number(a.id === company))
  return prompts.choose({
    message: 'Company',
    choices: sorted.map(({ id, name }) => ({ name: String(id), label: `${id}  ${name}`, value: id })),
    answeredBy,
  })
}

function listOf(companies: readonly Company[]): string {
  return companies.map(({ id, name }) => `${id} (${name})`).join(', ') || 'there is none'
}

async function askForTargets(prompts: Prompts, present: ForwardRule[]): Promise<ForwardRule[]> {
  const written = present.map(toTargetText).join(' ')
  const standard = written || usualTarget
  const answer = await prompts.ask({
    message: 'Your app, the URL that receives notifications',
    standard,
    problem: (text) => {
      // It may be more than a text can say: headers, for example.
      if (text === written) return null
      const rules = valueOf(settings.forwardTo, text) ?? []
      return (
        problemOf(settings.forwardTo, text) ??
        explainUnknownTypes(rules.flatMap(({ types }) => types))[0] ??
        null
      )
    },
    answeredBy: 'Add --forward-to <url>, or --yes.',
  })
  return answer === written ? present : (valueOf(settings.forwardTo, answer) ?? [])
}

const allTypes = 'all'

async function askForTypes(prompts: Prompts, present: string[]): Promise<string[]> {
  // A family is stored as its types: all of them are too long for a question.
  const standard = present.length > 2 ? `the ${present.length} current ones` : present.join(',') || allTypes
  const answer = await prompts.ask({
    message: 'Event types, separated by commas; products.* for a family',
    standard,
    problem: (text) => {
      if (text === standard || text === allTypes) return null
      return (
        problemOf(settings.types, text) ?? explainUnknownTypes(valueOf(settings.types, text) ?? [])[0] ?? null
      )
    },
    answeredBy: 'Add --types <types>, or --yes for all of them.',
  })
  if (answer === allTypes) return []
  return answer === standard ? present : (valueOf(settings.types, answer) ?? []).map(toShortName)
}

type TunnelValues = Pick<Partial<Config>, 'tunnel' | 'tunnelHost' | 'publicUrl'>

async function askForTunnel(
  prompts: Prompts,
  present: Partial<Config>,
  installed: readonly InstalledTunnel[],
): Promise<{ [Key in keyof TunnelValues]: TunnelValues[Key] | undefined }> {
  const own = 'public-url'
  const choices: Choice<string[] | 'present'>[] = [
    ...installed.map(({ name, about }) => ({ name, label: `${name}: ${about}`, value: [name] })),
    { name: own, label: `${own}: an address of your own that leads to the sink`, value: [own] },
    { name: 'none', label: 'none: only this machine reaches the sink', value: ['none'] },
  ]
  const now = present.tunnel?.join(', ') ?? present.publicUrl
  const chosen = await prompts.choose({
    message: 'Tunnel, for Fatture in Cloud to reach the sink',
    choices:
      now == null
        ? choices
        : [{ name: now, label: `${now}: keep it`, value: 'present' }, ...others(choices, now)],
    answeredBy: 'Add --tunnel <names>, --public-url <url>, or --yes.',
  })
  if (chosen === 'present') return {}
  const [name] = chosen
  const nothing = { tunnel: undefined, tunnelHost: undefined, publicUrl: undefined }
  if (name === own) return { ...nothing, publicUrl: await askForPublicUrl(prompts, present.publicUrl) }
  if (name === 'ssh') return { ...nothing, tunnel: chosen, ...(await askForServer(prompts, present)) }
  return { ...nothing, tunnel: chosen }
}

function others<Value>(choices: readonly Choice<Value>[], name: string): Choice<Value>[] {
  return choices.filter((choice) => choice.name !== name)
}

async function askForPublicUrl(prompts: Prompts, present?: string | null): Promise<string> {
  const answer = await prompts.ask({
    message: 'Public URL',
    standard: present ?? '',
    problem: (text) => publicUrlProblem(text),
    answeredBy: 'Add --public-url <url>.',
  })
  return valueOf(settings.publicUrl, answer) ?? answer
}

function publicUrlProblem(text: string): string | null {
  const url = valueOf(settings.publicUrl, text)
  if (url == null) return problemOf(settings.publicUrl, text)
  return isFicReachable(url) ? null : `The answer is "${text}", but Fatture in Cloud sends to https only.`
}

async function askForServer(
  prompts: Prompts,
  { tunnelHost, publicUrl }: Partial<Config>,
): Promise<Pick<TunnelValues, 'tunnelHost' | 'publicUrl'>> {
  const host = await prompts.ask({
    message: 'Server for ssh, as user@host[:port][/remote port]',
    standard: tunnelHost ?? '',
    problem: (text) =>
      readSshHost(text) === null
        ? `The answer is "${text}", which is not of the form user@host[:port].`
        : null,
    answeredBy: 'Add --tunnel-host <host>.',
  })
  const url = await prompts.ask({
    message: 'Public URL of that server (empty if it prints its own)',
    standard: publicUrl ?? '',
    problem: (text) => (text === '' ? null : publicUrlProblem(text)),
    answeredBy: 'Add --public-url <url>.',
  })
  const value = url === '' ? null : valueOf(settings.publicUrl, url)
  return { tunnelHost: host, ...(value != null && { publicUrl: value }) }
}

function valueOf<Value>(setting: Setting<Value>, text: string): Value | undefined {
  const reading = setting.kind.fromText([text], '.')
  return 'value' in reading ? reading.value : undefined
}

/** What the setting's own reader finds wrong, as a sentence. */
function problemOf(setting: Pick<Setting<unknown>, 'kind'>, text: string): string | null {
  const reading = setting.kind.fromText([text], '.')
  if (!('wrong' in reading)) return null
  return `The answer ${reading.wrong[0]?.says ?? 'is not right'}`.replace(/(?<![.?!])$/, '.')
}

function defined(values: { [Key in keyof Config]?: Config[Key] | undefined }): Partial<Config> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
