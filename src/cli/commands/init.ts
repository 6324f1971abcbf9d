/** `fic-dev init`: asks what a project needs, and writes it down. */

import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { Option } from 'commander'
import type { Config } from '../../config/config.ts'
import { FicDevError } from '../../errors.ts'
import { createFicApi } from '../../fic/api.ts'
import { silentLog } from '../../log.ts'
import { NoAnswer, openPrompt, type Prompt } from '../ask.ts'
import { defineCommand, type Invocation } from '../command.ts'
import { askForPlan, planFromFlags, type Companies, type Plan } from '../init-plan.ts'
import { addIgnored, saveToken, writeConfigFile } from '../project-files.ts'
import type { Output } from '../output.ts'
import { visible } from '../terminal/visible.ts'
import { whileWaiting } from '../terminal/waiting.ts'

export interface InitOptions {
  force?: boolean
  saveToken?: boolean
}

export const initCommand = defineCommand<InitOptions>({
  name: 'init',
  group: 'Run',
  summary: 'set up this project and write fic-dev.config.ts',
  options: [
    new Option('--force', 'write a new config file where there is one, and keep the old one beside it'),
    new Option('--save-token', 'with --yes: keep FIC_ACCESS_TOKEN of the environment in .env'),
  ],
  settings: ['company', 'forwardTo', 'types', 'tunnel', 'emulator', 'apiBase', 'yes'],
  details: `
With a token in FIC_ACCESS_TOKEN, or typed in, it lists the companies that the token sees. It adds .fic-dev/ to
.gitignore. The token is written nowhere but, when you say so, to .env.`,
  examples: [
    ['fic-dev init', 'asks'],
    ['fic-dev init --yes --emulator -f localhost:3000/webhooks', 'asks nothing'],
    ['fic-dev init --yes --company 12345 --tunnel cloudflared', 'with a real account'],
  ],
  run,
})

async function run(invocation: Invocation<InitOptions>): Promise<number> {
  const { config, output } = invocation
  const cwd = process.cwd()
  const existing = findConfigFile(cwd)
  try {
    const plan = config.yes
      ? await planWithoutAsking(invocation, existing)
      : await askAll(invocation, existing)
    if (plan === null) {
      output.say('Nothing was written.')
      return 1
    }
    await write(cwd, plan, existing, output)
    return 0
  } catch (thrown) {
    if (!(thrown instanceof NoAnswer)) throw thrown
    output.say('\nNothing was written.')
    return 130
  }
}

function findConfigFile(cwd: string): string | null {
  return readdirSync(cwd).find((name) => /^fic-dev\.config\.(?:m?[jt]s|json)$/.test(name)) ?? null
}

async function planWithoutAsking(
  { config, secrets, options, output }: Invocation<InitOptions>,
  existing: string | null,
): Promise<Plan> {
  if (existing !== null && !options.force) {
    throw new FicDevError('USAGE', `There is a ${existing} already.`, {
      hint: '--force writes a new one, and keeps the old one beside it.',
    })
  }
  const plan = await planFromFlags(config, secrets.accessToken, companiesOf(config, output))
  return { ...plan, token: options.saveToken ? secrets.accessToken : null }
}

async function askAll(
  { config, secrets, options, output }: Invocation<InitOptions>,
  existing: string | null,
): Promise<Plan | null> {
  const prompt = openPrompt('init', 'fic-dev init --yes --forward-to http://localhost:3000/webhooks', output)
  try {
    if (existing !== null && !options.force && !(await mayReplace(prompt, existing))) return null
    return await askForPlan(prompt, config, secrets.accessToken, companiesOf(config, output), output)
  } finally {
    prompt.close()
  }
}

function mayReplace(prompt: Prompt, existing: string): Promise<boolean> {
  return prompt.confirm(
    `There is a ${existing} already. Write a new one, and keep it as ${existing}.old?`,
    false,
  )
}

function companiesOf({ apiBase }: Config, output: Output): Companies {
  return (token) =>
    whileWaiting(
      output,
      () => 'asking Fatture in Cloud for the companies of this token',
      () => createFicApi({ apiBase, token, company: 0, log: silentLog() }).companies(),
    )
}

async function write(cwd: string, plan: Plan, existing: string | null, output: Output): Promise<void> {
  // Those that are edited come first: if one of them can't be, nothing else is written.
  const ignored = await addIgnored(cwd, plan.token === null ? ['.fic-dev/'] : ['.fic-dev/', '.env'])
  if (plan.token !== null) await saveToken(cwd, plan.token)
  const { file, aside } = await writeConfigFile(cwd, plan, existing)
  const written = [file, ...(ignored ? ['.gitignore'] : []), ...(plan.token === null ? [] : ['.env'])]
  if (output.json) output.object({ written: written.map((name) => path.join(cwd, name)) })
  else output.say(`Wrote ${written.join(', ')}.${aside === null ? '' : ` What was there is ${aside} now.`}`)
  output.say(nextSteps(cwd, plan).map(visible).join('\n'))
}

function nextSteps(cwd: string, { emulator, company, token, forwardTo }: Plan): string[] {
  const start = existsSync(path.join(cwd, 'node_modules', 'fic-dev')) ? 'npx fic-dev' : 'npx fic-dev@latest'
  return [
    ...(emulator || token !== null || company === null
      ? []
      : ['Next: set FIC_ACCESS_TOKEN in the environment or in .env']),
    `Next: ${start}`,
    ...(emulator ? [`Then, in another terminal: ${start} trigger issued_documents.invoices.create`] : []),
    ...(forwardTo === null ? [] : [`And to see whether your app is right: ${start} check`]),
  ]
}
