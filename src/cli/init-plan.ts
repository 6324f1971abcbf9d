/** Decides what `fic-dev init` writes down: from flags alone, or by asking. */

import type { Config } from '../config/config.ts'
import { readUrl } from '../http/url.ts'
import { settings, type Setting } from '../config/settings.ts'
import { FicDevError, messageOf } from '../errors.ts'
import type { Prompt } from './ask.ts'
import type { Output } from './output.ts'
import { visible } from './terminal/visible.ts'

/** `null` and empty lists are left to the defaults. */
export interface Plan {
  emulator: boolean
  company: number | null
  forwardTo: string | null
  types: string[]
  tunnel: string[]
  /** To be kept in `.env`, because that was asked for. */
  token: string | null
}

/** The companies that a token can see. */
export type Companies = (token: string) => Promise<{ id: number; name: string }[]>

const usualTarget = 'http://localhost:3000/webhooks'

type Given = Pick<Config, 'emulator' | 'company' | 'forwardTo' | 'types' | 'tunnel'>

/**
 * Without an account there is the emulator; with one, the company has to be clear.
 * @throws FicDevError USAGE when the token sees several companies and none is named
 */
export async function planFromFlags(given: Given, token: string | null, companies: Companies): Promise<Plan> {
  const plan = planOf(given)
  if (given.emulator || given.company !== null) return plan
  if (token === null) return { ...plan, emulator: true }
  const found = await companies(token)
  const [only] = found
  if (only && found.length === 1) return { ...plan, company: only.id }
  throw new FicDevError('USAGE', `The token sees ${found.length} companies, and none is named.`, {
    hint: `Add --company: ${found.map(({ id, name }) => `${id} (${name})`).join(', ') || 'there is none'}.`,
  })
}

export async function askForPlan(
  prompt: Prompt,
  given: Given,
  knownToken: string | null,
  companies: Companies,
  output: Output,
): Promise<Plan> {
  const plan = planOf(given)
  const typed = knownToken ?? (given.emulator ? '' : await askForToken(prompt, output))
  if (typed === '') plan.emulator = true
  else {
    if (
      knownToken === null &&
      (await prompt.confirm('Keep the token in .env, which git will ignore?', true))
    ) {
      plan.token = typed
    }
    plan.company = await askForCompany(prompt, given.company, () => companies(typed), output)
  }
  plan.forwardTo = await prompt.ask('Your app, where notifications go', {
    standard: plan.forwardTo ?? usualTarget,
    problem: (answer) => {
      const reading = readUrl(answer)
      return 'url' in reading ? null : `The answer ${reading.problem}.`
    },
  })
  plan.types = await askForList(prompt, 'Event types, separated by commas', settings.types, plan.types, 'all')
  if (!plan.emulator) {
    plan.tunnel = await askForList(prompt, 'Tunnel', settings.tunnel, plan.tunnel, 'localtunnel')
  }
  return plan
}

function planOf({ emulator, company, forwardTo, types, tunnel }: Given): Plan {
  const isUsualTunnel = tunnel.length === 1 && (tunnel[0] === 'localtunnel' || tunnel[0] === 'none')
  return {
    emulator,
    company,
    forwardTo: forwardTo[0]?.url ?? null,
    types: [...types],
    tunnel: isUsualTunnel ? [] : [...tunnel],
    token: null,
  }
}

function askForToken(prompt: Prompt, output: Output): Promise<string> {
  output.say(
    'A token is made in Fatture in Cloud under "API connected apps". Without one there is the emulator.',
  )
  return prompt.ask('Access token (not shown; empty for the emulator)', {
    secret: true,
    problem: (answer) => (/^[\x21-\x7e]*$/.test(answer) ? null : 'A token has no blanks inside.'),
  })
}

async function askForCompany(
  prompt: Prompt,
  given: number | null,
  companies: () => Promise<{ id: number; name: string }[]>,
  output: Output,
): Promise<number> {
  const found = await companies().catch((thrown: unknown) => {
    output.say(`  The companies cannot be listed: ${visible(messageOf(thrown))}`)
    return []
  })
  for (const { id, name } of found) output.say(`  ${id}  ${visible(name)}`)
  const standard = given ?? found[0]?.id
  const answer = await prompt.ask('Company', {
    ...(standard !== undefined && { standard: String(standard) }),
    problem: (text) => problemOf(settings.company, text),
  })
  return Number(answer)
}

async function askForList(
  prompt: Prompt,
  question: string,
  setting: Setting<string[]>,
  given: string[],
  standardly: string,
): Promise<string[]> {
  const standard = given.length > 0 ? given.join(',') : standardly
  const isStandard = (text: string) => text === standardly
  const answer = await prompt.ask(question, {
    standard,
    problem: (text) => (isStandard(text) ? null : problemOf(setting, text)),
  })
  if (isStandard(answer)) return []
  const reading = setting.kind.fromText([answer], '.')
  return 'value' in reading ? reading.value : []
}

/** What the setting's own reader finds wrong, as a sentence. */
function problemOf(setting: Pick<Setting<unknown>, 'kind'>, text: string): string | null {
  const reading = setting.kind.fromText([text], '.')
  return 'wrong' in reading ? `The answer ${reading.wrong[0]?.says ?? 'is not right'}.` : null
}
