/** Sets a project up: asks, and writes the answers down. */

import { existsSync } from 'node:fs'
import path from 'node:path'
import { configFilesIn } from '../config/config-file.ts'
import type { Config } from '../config/config.ts'
import { readVariables } from '../config/environment.ts'
import { FicDevError } from '../errors.ts'
import { createFicApi } from '../fic-api/client.ts'
import { silentLog } from '../log.ts'
import { findInstalledTunnels } from '../tunnel/installed.ts'
import type { Invocation } from './command.ts'
import { askForPlan, planFromFlags, type Companies, type Plan, type PlanParts } from './init-plan.ts'
import type { Output } from './output.ts'
import { addIgnored, saveToken, writeConfigFile } from './project-files.ts'
import { Canceled, withPrompts, type Prompts } from './terminal/prompts.ts'
import { visible } from './terminal/visible.ts'
import { whileWaiting } from './terminal/waiting.ts'

export interface InitOptions {
  force?: boolean
  saveToken?: boolean
}

type Asking = Pick<Invocation<InitOptions>, 'config' | 'sources' | 'secrets' | 'output' | 'options'>

/** Runs `fic-dev init`. Returns the exit code. */
export async function init(invocation: Invocation<InitOptions>): Promise<number> {
  const { config, output } = invocation
  if (config.yes) {
    await write(await planWithoutAsking(invocation), output)
    return 0
  }
  const made = await withPrompts(output, (prompts) => askAll(invocation, prompts))
  if (typeof made === 'number') return made
  await write(made, output)
  return 0
}

/** What `init` does for `start` in an empty project. Returns the exit code if nothing is to be started. */
export async function setUp(
  invocation: Asking,
  prompts: Prompts,
): Promise<{ token: string | null } | number> {
  const made = await askAll(invocation, prompts)
  if (typeof made === 'number') return made
  await writeFiles(made, invocation.output)
  return { token: made.plan.token }
}

interface Made {
  plan: Plan
  existing: string | null
}

async function planWithoutAsking(invocation: Invocation<InitOptions>): Promise<Made> {
  const existing = findConfigFile()
  if (existing !== null && !invocation.options.force) {
    throw new FicDevError('USAGE', `There is a ${existing} already.`, {
      hint: '--force writes a new one, and keeps the old one beside it.',
    })
  }
  const plan = await planFromFlags(partsOf(invocation))
  return { plan: { ...plan, savesToken: invocation.options.saveToken ?? false }, existing }
}

/** Returns the exit code if nothing is to be written. */
async function askAll(invocation: Asking, prompts: Prompts): Promise<Made | number> {
  const { options, output } = invocation
  const existing = findConfigFile()
  try {
    if (existing === null || options.force || (await mayReplace(prompts, existing))) {
      return { plan: await askForPlan(prompts, partsOf(invocation)), existing }
    }
    output.say('Nothing was written.')
    return 1
  } catch (error) {
    if (!(error instanceof Canceled)) throw error
    output.say('Nothing was written.')
    return 130
  }
}

function findConfigFile(): string | null {
  return configFilesIn(process.cwd())[0] ?? null
}

function mayReplace(prompts: Prompts, existing: string): Promise<boolean> {
  return prompts.confirm({
    message: `There is a ${existing} already. Write a new one, and keep the old one beside it?`,
    standard: false,
    answeredBy: 'Add --force.',
  })
}

function partsOf({ config, sources, secrets, output }: Asking): PlanParts {
  return {
    read: { config, sources },
    knownToken: secrets.accessToken,
    companies: companiesOf(config, output),
    tunnels: () => findInstalledTunnels(readVariables(process.cwd()), process.cwd()),
  }
}

function companiesOf({ apiBase }: Config, output: Output): Companies {
  return (token) =>
    whileWaiting(
      output,
      () => 'asking Fatture in Cloud for the companies of this token',
      () => createFicApi({ apiBase, token, company: 0, log: silentLog() }).companies(),
    )
}

async function write({ plan, existing }: Made, output: Output): Promise<void> {
  await writeFiles({ plan, existing }, output)
  output.say(nextSteps(plan).map(visible).join('\n'))
}

async function writeFiles({ plan, existing }: Made, output: Output): Promise<void> {
  const cwd = process.cwd()
  const { values, savesToken } = plan
  const token = savesToken ? plan.token : null
  // Those that are edited come first: if one of them can't be, nothing else is written.
  const ignored = await addIgnored(cwd, [dataDirIn(cwd, values), ...(token === null ? [] : ['.env'])])
  if (token !== null) await saveToken(cwd, token)
  const { file, aside } = await writeConfigFile(cwd, values, existing)
  const written = [file, ...(ignored ? ['.gitignore'] : []), ...(token === null ? [] : ['.env'])]
  if (output.json) output.object({ written: written.map((name) => path.join(cwd, name)) })
  else output.say(`Wrote ${written.join(', ')}.${aside === null ? '' : ` The old file is ${aside}.`}`)
}

/** Outside of the project, there is nothing to ignore. */
function dataDirIn(cwd: string, { dataDir }: Plan['values']): string {
  const relative = dataDir === undefined ? '' : path.relative(cwd, dataDir).split(path.sep).join('/')
  const isInside = relative !== '' && !relative.startsWith('../') && !path.isAbsolute(relative)
  return isInside ? `${relative}/` : '.fic-dev/'
}

function nextSteps({ values, token }: Plan): string[] {
  const start = existsSync(path.join(process.cwd(), 'node_modules', 'fic-dev'))
    ? 'fic-dev'
    : 'npx fic-dev@latest'
  const { emulator = false, company, forwardTo = [] } = values
  return [
    ...(emulator || token !== null || company === undefined
      ? []
      : ['Next: set FIC_ACCESS_TOKEN in the environment or in .env']),
    `Next: ${start}`,
    ...(emulator ? [`Then, in another terminal: ${start} trigger issued_documents.invoices.create`] : []),
    ...(forwardTo.length === 0 ? [] : [`And to check your app: ${start} check`]),
  ]
}
